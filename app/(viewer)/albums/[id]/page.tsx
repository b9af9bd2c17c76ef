import { ChevronLeft } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { cache } from "react";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { albumIdShape, getAlbum, listAlbumImages } from "@/lib/albums/albums";
import { getTexts } from "../../../_texts/request";
import { cursorOf } from "../../cursor";
import { Gallery } from "../../gallery";
import { orNotFound } from "../../or-not-found";
import { Count } from "./count";
import { DeleteButton } from "./delete-button";
import { Name } from "./name";

type Props = PageProps<"/albums/[id]">;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await findOwnAlbum((await params).id)).name };
}

export default async function AlbumPage({ params, searchParams }: Props) {
  const viewer = await requireViewerOrSignIn();
  const { id, name, count } = await findOwnAlbum((await params).id);
  const texts = await getTexts("albums");
  const { before } = await searchParams;
  const page = await orNotFound(listAlbumImages(viewer, id, cursorOf(before)));
  return (
    <article>
      <header className="px-3 pb-4 sm:px-6">
        <Link
          href="/albums"
          prefetch={false}
          className="-ms-1.5 inline-flex min-h-11 items-center gap-1 rounded-lg pe-2 text-sm text-quiet hover:text-text"
        >
          <ChevronLeft aria-hidden size={18} className="rtl:-scale-x-100" />
          {texts("title")}
        </Link>
        <Name id={id} name={name} />
        <div className="flex flex-wrap items-center justify-between gap-2 pt-2">
          <Count count={count} />
          <DeleteButton id={id} />
        </div>
      </header>
      <Gallery
        first={page}
        album={id}
        takesAdded={false}
        empty={<p className="px-3 py-8 text-quiet sm:px-6">{texts("empty")}</p>}
      />
    </article>
  );
}

/** For an album of someone else as for none: 404. */
const findOwnAlbum = cache(async (id: string) => {
  const viewer = await requireViewerOrSignIn();
  if (!albumIdShape.safeParse(id).success) notFound();
  return orNotFound(getAlbum(viewer, id));
});
