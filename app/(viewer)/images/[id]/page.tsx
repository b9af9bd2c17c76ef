import { ArrowDownToLine, ChevronLeft, ChevronRight, X } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { type CSSProperties, cache, type ReactNode } from "react";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { albumIdShape, getImageInAlbum } from "@/lib/albums/albums";
import { getImageInPlace, imageIdShape } from "@/lib/images/image";
import { isLong } from "@/lib/images/variants";
import { getTexts } from "../../../_texts/request";
import { iconButton } from "../../../_ui/styles";
import { ThumbhashImage } from "../../../_ui/thumbhash-image";
import { imagePath } from "../../image-path";
import { orNotFound } from "../../or-not-found";
import { DeleteButton } from "./delete-button";
import { DownloadLink } from "./download-link";
import { Facts } from "./facts";
import { ImageKeys } from "./image-keys";
import { LongImage } from "./long-image";
import { Title } from "./title";

type Props = PageProps<"/images/[id]">;

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: (await findOwnImage(...(await askedFor(props)))).image.title };
}

export default async function ImagePage(props: Props) {
  const [id, album] = await askedFor(props);
  const { image, neighbours } = await findOwnImage(id, album);
  const { newer, older } = neighbours;
  const texts = await getTexts("image");
  const ways = {
    newer: newer === null ? null : imagePath(newer, album),
    older: older === null ? null : imagePath(older, album),
    back: (album === null ? "/" : `/albums/${album}`) as Route,
  };
  return (
    <article className="lg:grid lg:h-[calc(100dvh-4rem)] lg:grid-cols-[1fr_22rem]">
      <div
        className="relative aspect-(--ratio) max-h-[70dvh] min-h-60 w-full bg-sunken lg:aspect-auto lg:max-h-none lg:h-full"
        style={{ "--ratio": image.width / image.height } as CSSProperties}
      >
        {isLong(image) && image.movingUrl === null ? (
          <LongImage
            id={image.id}
            size={{ width: image.width, height: image.height }}
            src={image.displayUrl}
            originalSrc={image.originalUrl}
            alt={image.title}
            placeholder={image.placeholder}
          />
        ) : (
          <ThumbhashImage
            id={image.id}
            kind="display"
            placeholder={image.placeholder}
            src={image.displayUrl}
            movingSrc={image.movingUrl}
            alt={image.title}
            wholeRatio={image.width / image.height}
          />
        )}
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
      </div>
      <div className="grid content-start gap-6 px-4 py-6 sm:px-6 lg:overflow-y-auto">
        <Title id={image.id} title={image.title} />
        <Facts image={image} />
        <div className="flex flex-wrap gap-2">
          <DownloadLink id={image.id} url={image.downloadUrl}>
            <ArrowDownToLine aria-hidden size={18} />
            {texts("download")}
          </DownloadLink>
          <DeleteButton id={image.id} title={image.title} back={ways.back} />
        </div>
      </div>
      <ImageKeys {...ways} />
    </article>
  );
}

async function askedFor({ params, searchParams }: Props): Promise<[id: string, album: string | null]> {
  const { data: album = null } = albumIdShape.safeParse((await searchParams).album);
  return [(await params).id, album];
}

/** For a picture, or an album, of someone else as for none: 404. */
const findOwnImage = cache(async (id: string, album: string | null) => {
  const viewer = await requireViewerOrSignIn();
  if (!imageIdShape.safeParse(id).success) notFound();
  return orNotFound(album === null ? getImageInPlace(viewer, id) : getImageInAlbum(viewer, album, id));
});

function Step<T extends string>({
  to,
  label,
  place,
  children,
}: {
  to: Route<T>;
  label: string;
  place: string;
  children: ReactNode;
}) {
  return (
    <Link
      href={to}
      prefetch={false}
      aria-label={label}
      title={label}
      className={`absolute ${place} ${iconButton} bg-page/80 text-text shadow-sm backdrop-blur-sm`}
    >
      {children}
    </Link>
  );
}
