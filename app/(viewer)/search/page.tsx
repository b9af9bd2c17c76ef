import type { Metadata } from "next";
import type { ReactNode } from "react";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { formatOf } from "@/lib/images/formats/table";
import { galleryPageSize } from "@/lib/images/gallery";
import { getSearchPage, getSearchTimeline } from "@/lib/images/search";
import { asksForAnything, searchShape } from "@/lib/images/search-shape";
import { formatMonthName } from "@/lib/texts/formats";
import { currentLanguage, getTexts } from "../../_texts/request";
import { Texts } from "../../_texts/texts";
import { Glyph } from "../../_ui/glyph";
import { icons } from "../../_ui/icons";
import { chosenGrid } from "../_timeline/chosen-grid";
import { asPage, asTimeline, type PageAsked, pageAt } from "../_timeline/page-timeline";
import { FollowChanges } from "../albums/follow-changes";
import { Gallery } from "../gallery";
import { parametersOf } from "./address";
import { SearchForm } from "./search-form";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTexts("search"))("title") };
}

export default async function SearchPage({ searchParams }: PageProps<"/search">) {
  const viewer = await requireViewerOrSignIn();
  const texts = await getTexts("search");
  const language = await currentLanguage();
  const { before, after, ...asked } = await searchParams;
  const page = pageAt({ before, after });
  const search = searchShape.parse(asked);
  const isAsked = asksForAnything(search);
  const { size, order } = await chosenGrid();
  const { shown, choices, count, isCut } = await (page === null ? timeline() : furtherPage(page));
  const parameters = parametersOf(search);
  // An address of its own: further ones are behind what was asked for.
  const further = shown.further && {
    ...shown.further,
    href: `?${parameters}&${shown.further.href.slice(1)}`,
  };
  return (
    <>
      <FollowChanges />
      <h1 className="px-3 pt-5.5 pb-3 text-2xl font-semibold tracking-tight sm:px-6">{texts("title")}</h1>
      <Texts of={["search"]}>
        <SearchForm
          asked={{ ...search, favourite: search.favourite ?? "" }}
          isAsked={isAsked}
          years={choices.years}
          months={Array.from({ length: 12 }, (_, month) => formatMonthName(language, month))}
          types={choices.types.map((type) => ({ type, name: formatOf(type).name }))}
          cameras={choices.cameras}
          albums={choices.albums}
        />
      </Texts>
      <p role="status" className="min-h-6 px-3 text-sm text-quiet sm:px-6">
        {isAsked && count > 0 ? texts(isCut ? "foundMore" : "found", { count }) : null}
      </p>
      <Gallery
        first={shown.first}
        further={further}
        address={shown.isPage ? null : `/search/images?${parameters}`}
        album={null}
        takesAdded={false}
        size={size}
        isSortable={!shown.isPage}
        empty={isAsked ? <Nothing /> : <AskFirst />}
      />
    </>
  );

  async function timeline() {
    const { choices, isCut, ...first } = await getSearchTimeline(viewer, { ...search, order });
    const count = first.sections.reduce((sum, section) => sum + section.count, 0);
    return { shown: asTimeline(first), choices, count, isCut };
  }

  async function furtherPage({ cursor, order }: PageAsked) {
    const { page, choices } = await getSearchPage(viewer, search, cursor, galleryPageSize, order);
    return { shown: asPage(page, order), choices, count: 0, isCut: false };
  }
}

async function Nothing() {
  const texts = await getTexts("search");
  return (
    <Empty>
      <h2 className="text-xl font-semibold tracking-tight">{texts("none")}</h2>
      <p className="max-w-sm text-quiet">{texts("noneHint")}</p>
    </Empty>
  );
}

async function AskFirst() {
  const texts = await getTexts("search");
  return (
    <Empty>
      <p className="max-w-sm text-quiet">{texts("hint")}</p>
    </Empty>
  );
}

const Empty = ({ children }: { children: ReactNode }) => (
  <div className="grid min-h-[50dvh] place-content-center justify-items-center gap-3 p-6 text-center">
    <Glyph path={icons.search} sizePx={40} className="stroke-[1.25] text-quiet" />
    {children}
  </div>
);
