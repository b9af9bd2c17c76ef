import { ArrowDownToLine, ChevronLeft, ChevronRight, X } from "lucide-react";
import type { Metadata, Route } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { albumIdShape, getImageInAlbum, listAlbumsOf } from "@/lib/albums/albums";
import { AppError } from "@/lib/errors";
import { getImageInPlace, imageIdShape } from "@/lib/images/image";
import { findTrashedImage } from "@/lib/images/trash";
import { compiledMessages } from "@/lib/texts/compiled";
import { MoreTexts } from "../../../_texts/provider";
import { currentLanguage, getTexts } from "../../../_texts/request";
import { FormError } from "../../../_ui/entrance";
import { sentenceOfCode } from "../../failed-code";
import { imagePath } from "../../image-path";
import { DeleteButton } from "./delete-button";
import { DownloadLink } from "./download-link";
import { submitDelete } from "./form-actions";
import { ImageKeys } from "./image-keys";
import { PageFacts } from "./page-facts";
import { Picture } from "./picture";
import { Step } from "./step";
import { TrashedImage } from "./trashed-image";
import { WordsForm } from "./words-form";

type Props = PageProps<"/images/[id]">;

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { image } = await findOwnImage(...(await askedFor(props)));
  return { title: image.title };
}

export default async function ImagePage(props: Props) {
  const [id, album] = await askedFor(props);
  const found = await findOwnImage(id, album);
  const failure = await sentenceOfCode((await props.searchParams).failed);
  if (found.status === "trashed") return <TrashedImage image={found.image} failure={failure} />;
  const { image, neighbours, albums } = found;
  const { newer, older } = neighbours;
  const texts = await getTexts("image");
  const ways = {
    newer: newer === null ? null : imagePath(newer, album),
    older: older === null ? null : imagePath(older, album),
    back: (album === null ? "/" : `/albums/${album}`) as Route,
  };
  // Whoever deletes goes on looking.
  const next = ways.older ?? ways.newer ?? ways.back;
  return (
    <MoreTexts messages={compiledMessages(await currentLanguage(), ["image"])}>
      <article data-keys="picture" className="lg:grid lg:h-[calc(100dvh-4rem)] lg:grid-cols-[1fr_24rem]">
        <Picture image={image}>
          <Step
            to={ways.back}
            label={album === null ? texts("backToPictures") : texts("backToAlbum")}
            place="top-2 start-2"
          >
            <X aria-hidden size={22} />
          </Step>
          {ways.newer === null ? null : (
            <Step to={ways.newer} label={texts("newer")} place="top-1/2 start-2 -mt-5.5">
              <ChevronLeft aria-hidden size={24} className="rtl:-scale-x-100" />
            </Step>
          )}
          {ways.older === null ? null : (
            <Step to={ways.older} label={texts("older")} place="top-1/2 end-2 -mt-5.5">
              <ChevronRight aria-hidden size={24} className="rtl:-scale-x-100" />
            </Step>
          )}
        </Picture>
        <div className="grid max-w-2xl content-start gap-6 px-4 py-6 sm:px-6 lg:overflow-y-auto">
          <FormError message={failure} />
          <PageFacts
            key={image.id}
            image={{ ...image, albums }}
            actions={
              <>
                <DownloadLink id={image.id} url={image.downloadUrl}>
                  <ArrowDownToLine aria-hidden size={18} />
                  {texts("download")}
                </DownloadLink>
                <DeleteButton
                  id={image.id}
                  title={image.title}
                  to={next}
                  action={submitDelete.bind(null, image.id, next)}
                />
              </>
            }
          />
          <WordsForm image={{ ...image, albums }} />
        </div>
        <ImageKeys {...ways} />
      </article>
    </MoreTexts>
  );
}

async function askedFor({ params, searchParams }: Props): Promise<[id: string, album: string | null]> {
  const { data: album = null } = albumIdShape.safeParse((await searchParams).album);
  return [(await params).id, album];
}

/** In its place, or in the trash. For a picture, or an album, of someone else as for none: 404. */
const findOwnImage = cache(async (id: string, album: string | null) => {
  const viewer = await requireViewerOrSignIn();
  if (!imageIdShape.safeParse(id).success) notFound();
  try {
    const [inPlace, albums] = await Promise.all([
      album === null ? getImageInPlace(viewer, id) : getImageInAlbum(viewer, album, id),
      listAlbumsOf(viewer, id),
    ]);
    return { status: "ready", ...inPlace, albums } as const;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "not_found") throw error;
    const image = await findTrashedImage(viewer, id);
    return image === null ? notFound() : ({ status: "trashed", image } as const);
  }
});
