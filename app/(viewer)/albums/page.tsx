import { Images } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { listAlbums } from "@/lib/albums/albums";
import type { ListedAlbum } from "@/lib/albums/contract";
import { currentLanguage, getTexts } from "../../_texts/request";
import { TextsBesides } from "../../_texts/texts";
import { pageHeading } from "../../_ui/styles";
import { Thumb } from "../../_ui/thumb";
import { FollowChanges } from "./follow-changes";
import { NewAlbum } from "./new-album";

/** Two rows of a phone, or one of most desktops. */
const firstCovers = 4;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTexts("albums"))("title") };
}

export default async function AlbumsPage({ searchParams }: PageProps<"/albums">) {
  const albums = await listAlbums(await requireViewerOrSignIn());
  const isByName = (await searchParams).order === "name";
  return (
    <TextsBesides of={["album"]}>
      <FollowChanges />
      {albums.length === 0 ? <NoAlbums /> : <Albums albums={albums} isByName={isByName} />}
    </TextsBesides>
  );
}

async function Albums({ albums, isByName }: { albums: ListedAlbum[]; isByName: boolean }) {
  const texts = await getTexts("albums");
  return (
    <section className="px-3 py-4 sm:px-6">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 pb-4">
        <h1 className={`${pageHeading} me-auto`}>{texts("title")}</h1>
        {albums.length > 1 ? <ListOrder isByName={isByName} /> : null}
        <NewAlbum isQuiet />
      </div>
      <ul
        aria-label={texts("title")}
        className="grid grid-cols-2 gap-x-3 gap-y-6 sm:grid-cols-[repeat(auto-fill,minmax(13rem,1fr))] sm:gap-x-5"
      >
        {(isByName ? await byName(albums) : albums).map((album, place) => (
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

/** As people of the language look names up, “Day 2” before “Day 10”. */
async function byName(albums: ListedAlbum[]): Promise<ListedAlbum[]> {
  const { compare } = new Intl.Collator(await currentLanguage(), { numeric: true });
  return albums.toSorted((one, other) => compare(one.name, other.name));
}

async function ListOrder({ isByName }: { isByName: boolean }) {
  const texts = await getTexts("album");
  const orders = [
    { address: "/albums", text: texts("lastUsed"), isCurrent: !isByName },
    { address: "/albums?order=name", text: texts("alphabetical"), isCurrent: isByName },
  ];
  return (
    <nav aria-label={texts("listOrder")} className="flex">
      {orders.map(({ address, text, isCurrent }) => (
        <Link
          key={address}
          href={address as Route}
          prefetch={false}
          replace
          aria-current={isCurrent ? "true" : undefined}
          className="grid min-h-11 place-content-center rounded-lg px-3 text-sm text-quiet hover:text-text aria-[current]:font-medium aria-[current]:text-text aria-[current]:underline aria-[current]:underline-offset-8"
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}

function Album({ album, countText, lazy }: { album: ListedAlbum; countText: string; lazy: boolean }) {
  const { id, name, cover } = album;
  return (
    // What is dropped on it goes into it.
    <li className="min-w-0" data-album={id} data-name={name}>
      <Link href={`/albums/${id}`} prefetch={false} className="grid gap-2 rounded-lg">
        <span className="relative grid aspect-square place-content-center overflow-hidden rounded-lg bg-sunken text-quiet forced-colors:border">
          {cover === null ? (
            <Images aria-hidden size={32} strokeWidth={1.25} />
          ) : (
            <Thumb image={cover} alt="" lazy={lazy} />
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
  const texts = await getTexts("album");
  return (
    <div className="grid min-h-[70dvh] place-content-center justify-items-center gap-4 p-6 text-center">
      <Images aria-hidden size={40} strokeWidth={1.25} className="text-quiet" />
      <h1 className="text-xl font-semibold tracking-tight">{texts("none")}</h1>
      <p className="max-w-xs text-quiet">{texts("noneHint")}</p>
      <NewAlbum />
    </div>
  );
}
