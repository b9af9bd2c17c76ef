import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { acceptedFiles } from "@/lib/images/formats/table";
import { galleryPageSize, listImages } from "@/lib/images/gallery";
import { getTimeline } from "@/lib/images/timeline";
import { getTexts } from "../_texts/request";
import { Glyph } from "../_ui/glyph";
import { icons } from "../_ui/icons";
import { AddPictures } from "../_uploads/add-pictures";
import { chosenGrid } from "./_timeline/chosen-grid";
import { asPage, asTimeline, pageAt } from "./_timeline/page-timeline";
import { Gallery } from "./gallery";

export default async function GalleryPage({ searchParams }: PageProps<"/">) {
  const viewer = await requireViewerOrSignIn();
  const texts = await getTexts("gallery");
  const page = pageAt(await searchParams);
  const { size, order } = await chosenGrid();
  const { first, further, isPage } =
    page === null
      ? asTimeline(await getTimeline(viewer, order))
      : asPage(await listImages(viewer, page.cursor, galleryPageSize, page.order), page.order);
  return (
    <>
      <h1 className="sr-only">{texts("heading")}</h1>
      <Gallery
        first={first}
        further={further}
        address={isPage ? null : "/images"}
        album={null}
        takesAdded={!isPage}
        isSortable={!isPage}
        size={size}
        empty={<NoPictures />}
      />
    </>
  );
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
