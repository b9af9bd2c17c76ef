import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import type { Timeline } from "@/lib/images/contract";
import { acceptedFiles } from "@/lib/images/formats/table";
import { listImages } from "@/lib/images/gallery";
import { getTimeline } from "@/lib/images/timeline";
import { getTexts } from "../_texts/request";
import { Glyph } from "../_ui/glyph";
import { icons } from "../_ui/icons";
import { AddPictures } from "../_uploads/add-pictures";
import { chosenGrid } from "./_timeline/chosen-grid";
import { timelineOfPage } from "./_timeline/page-timeline";
import { cursorOf, textOf } from "./cursor";
import { Gallery } from "./gallery";

export default async function GalleryPage({ searchParams }: PageProps<"/">) {
  const viewer = await requireViewerOrSignIn();
  const texts = await getTexts("gallery");
  const { before } = await searchParams;
  const { size, order } = await chosenGrid();
  const common = { address: "/images", album: null, size, empty: <NoPictures /> };
  const heading = <h1 className="sr-only">{texts("heading")}</h1>;
  if (before !== undefined) {
    const page = await listImages(viewer, cursorOf(before));
    const older = page.next && { href: `?before=${textOf(page.next)}`, isElsewhere: true };
    return (
      <>
        {heading}
        <Gallery
          {...common}
          first={timelineOfPage(page)}
          takesAdded={false}
          isSortable={false}
          older={older}
        />
      </>
    );
  }
  const first = await getTimeline(viewer, order);
  return (
    <>
      {heading}
      <Gallery {...common} first={first} takesAdded isSortable older={olderThan(first)} />
    </>
  );
}

/** For whoever has no script. */
function olderThan({ first, sections }: Timeline) {
  const last = first.at(-1);
  const count = sections.reduce((sum, section) => sum + section.count, 0);
  if (last === undefined || count === first.length) return null;
  return { href: `?before=${textOf(last)}`, isElsewhere: false };
}

async function NoPictures() {
  const texts = await getTexts("gallery");
  return (
    <div className="grid min-h-[70dvh] place-content-center justify-items-center gap-4 p-6 text-center">
      <Glyph path={icons.addPicture} sizePx={40} className="stroke-[1.25] text-quiet" />
      <h2 className="text-xl font-semibold tracking-tight">{texts("none")}</h2>
      <p className="max-w-xs text-quiet">{texts("noneHint")}</p>
      <AddPictures accept={acceptedFiles} />
    </div>
  );
}
