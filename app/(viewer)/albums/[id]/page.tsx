import { ChevronLeft } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { cache } from "react";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { albumIdShape, getAlbum, getAlbumPage } from "@/lib/albums/albums";
import { getAlbumTimeline } from "@/lib/albums/timeline";
import { acceptedFiles } from "@/lib/images/formats/table";
import { getTexts } from "../../../_texts/request";
import { TextsBesides } from "../../../_texts/texts";
import { Glyph } from "../../../_ui/glyph";
import { icons } from "../../../_ui/icons";
import { AddPictures } from "../../../_uploads/add-pictures";
import { chosenGrid } from "../../_timeline/chosen-grid";
import { asPage, asTimeline, pageAt } from "../../_timeline/page-timeline";
import { Gallery } from "../../gallery";
import { orNotFound } from "../../or-not-found";
import { FollowChanges } from "../follow-changes";
import { AlbumHere } from "./album-here";
import { AlbumView } from "./album-view";
import { Description } from "./description";
import { Name } from "./name";

type Props = PageProps<"/albums/[id]">;

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: (await findOwnAlbum(...(await askedFor(props)))).album.name };
}

export default async function AlbumPage(props: Props) {
  const { album, first, further, isPage } = await findOwnAlbum(...(await askedFor(props)));
  const { id, name, description } = album;
  const texts = await getTexts("albums");
  const { size } = await chosenGrid();
  return (
    <TextsBesides of={["album"]}>
      <FollowChanges />
      <AlbumHere id={id} name={name} />
      <article>
        <header className="px-3 pb-2 sm:px-6">
          <Link
            href="/albums"
            prefetch={false}
            className="-ms-1.5 inline-flex min-h-11 items-center gap-1 rounded-lg pe-2 text-sm text-quiet hover:text-text"
          >
            <ChevronLeft aria-hidden size={18} className="rtl:-scale-x-100" />
            {texts("title")}
          </Link>
          <Name id={id} name={name} />
          <Description id={id} text={description} />
        </header>
        <AlbumView album={album}>
          <Gallery
            first={first}
            further={further}
            address={isPage ? null : `/albums/${id}/images`}
            album={id}
            takesAdded={false}
            size={size}
            isSortable={false}
            empty={<Empty />}
          />
        </AlbumView>
      </article>
    </TextsBesides>
  );
}

async function Empty() {
  const texts = await getTexts("album");
  return (
    <div className="grid min-h-[50dvh] place-content-center justify-items-center gap-4 p-6 text-center">
      <Glyph path={icons.addPicture} sizePx={40} className="stroke-[1.25] text-quiet" />
      <h2 className="text-xl font-semibold tracking-tight">{texts("empty")}</h2>
      <p className="max-w-xs text-quiet">{texts("emptyHint")}</p>
      <AddPictures accept={acceptedFiles} />
    </div>
  );
}

async function askedFor({ params, searchParams }: Props): Promise<Parameters<typeof findOwnAlbum>> {
  const { before, after } = await searchParams;
  const textOf = (value: typeof before) => (Array.isArray(value) ? value[0] : value);
  return [(await params).id, textOf(before), textOf(after)];
}

/** For an album of someone else as for none: 404. */
const findOwnAlbum = cache(async (id: string, before: string | undefined, after: string | undefined) => {
  const viewer = await requireViewerOrSignIn();
  if (!albumIdShape.safeParse(id).success) notFound();
  const asked = pageAt({ before, after });
  if (asked === null) {
    const [album, first] = await orNotFound(
      Promise.all([getAlbum(viewer, id), getAlbumTimeline(viewer, id)]),
    );
    return { album, ...asTimeline(first) };
  }
  const { album, page } = await orNotFound(getAlbumPage(viewer, id, asked.cursor));
  const { sorting } = album;
  return { album, ...asPage(page, sorting === "name" || sorting === "hand" ? "own" : sorting) };
});
