import type { AlbumLink } from "@/lib/albums/contract";
import { sourceOf, withSource } from "@/lib/uploads/client/queue/file-source";

/** The album whose page this is; null on any other page. */
let albumHere: AlbumLink | null = null;

export function setAlbumHere(album: AlbumLink | null): void {
  albumHere = album;
}

/** Into which album goes what is dropped on this: on one among others into that one, else into the one whose page this is. */
export function albumUnder(target: EventTarget | null): AlbumLink | null {
  const card = target instanceof Element ? target.closest<HTMLElement>("[data-album]") : null;
  const { album: id, name } = card?.dataset ?? {};
  return id === undefined || name === undefined ? albumHere : { id, name };
}

/** The files with the album that they are to go into, which outlives a reload with them. */
export const intoAlbum = (files: File[], album: AlbumLink | null): File[] =>
  album === null ? files : files.map((file) => withSource(file, { ...sourceOf(file), album }));
