import { Images } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { listAlbums } from "@/lib/albums/albums";
import type { ListedAlbum } from "@/lib/albums/contract";
import { getTexts } from "../../_texts/request";
import { ThumbhashImage } from "../../_ui/thumbhash-image";

/** Two rows of a phone, or one of most desktops. */
const firstCovers = 4;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTexts("albums"))("title") };
}

export default async function AlbumsPage() {
  const albums = await listAlbums(await requireViewerOrSignIn());
  if (albums.length === 0) return <NoAlbums />;
  const texts = await getTexts("albums");
  return (
    <section className="px-3 py-4 sm:px-6">
      <h1 className="pb-4 text-2xl font-semibold tracking-tight">{texts("title")}</h1>
      <ul
        aria-label={texts("title")}
        className="grid grid-cols-2 gap-x-3 gap-y-6 sm:grid-cols-[repeat(auto-fill,minmax(13rem,1fr))] sm:gap-x-5"
      >
        {albums.map((album, place) => (
          <Album
            key={album.id}
            album={album}
            countText={texts("count", { count: album.count })}
            lazy={place >= firstCovers}
          />
        ))}
      </ul>
    </section>
  );
}

function Album({ album, countText, lazy }: { album: ListedAlbum; countText: string; lazy: boolean }) {
  const { id, name, cover } = album;
  return (
    <li className="min-w-0">
      <Link href={`/albums/${id}`} prefetch={false} className="grid gap-2 rounded-lg">
        <span className="relative grid aspect-square place-content-center overflow-hidden rounded-lg bg-sunken text-quiet">
          {cover === null ? (
            <Images aria-hidden size={32} strokeWidth={1.25} />
          ) : (
            <ThumbhashImage
              id={cover.id}
              kind="thumb"
              placeholder={cover.placeholder}
              src={cover.thumbUrl}
              alt=""
              lazy={lazy}
            />
          )}
        </span>
        <span className="min-w-0">
          <bdi className="block truncate font-medium" title={name}>
            {name}
          </bdi>
          <span className="block text-sm text-quiet">{countText}</span>
        </span>
      </Link>
    </li>
  );
}

async function NoAlbums() {
  const texts = await getTexts("albums");
  return (
    <div className="grid min-h-[70dvh] place-content-center justify-items-center gap-4 p-6 text-center">
      <Images aria-hidden size={40} strokeWidth={1.25} className="text-quiet" />
      <h1 className="text-xl font-semibold tracking-tight">{texts("none")}</h1>
      <p className="max-w-xs text-quiet">{texts("noneHint")}</p>
    </div>
  );
}
