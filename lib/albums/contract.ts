// What the browser and the server agree on. Both import this file, so it holds nothing but plain values and shapes.
import type { GalleryImage } from "@/lib/images/contract";

/** Longer names are cut, not refused: a folder may have any. */
export const maxAlbumNameLength = 100;
export const maxAlbumDescriptionLength = 2000;

/** In which order an album shows its pictures; by hand: as they were moved. */
export const albumSortings = ["newest", "oldest", "name", "hand"] as const;
export type AlbumSorting = (typeof albumSortings)[number];

/** What it takes to lead to an album. */
export interface AlbumLink {
  id: string;
  name: string;
}

export interface Album extends AlbumLink {
  description: string;
  sorting: AlbumSorting;
  /** chosen by a person; null, or of a picture that is not in it: its newest picture stands for it */
  coverId: string | null;
  /** of its pictures, but for those in the trash */
  count: number;
}

export interface ListedAlbum extends AlbumLink {
  count: number;
  /** the chosen picture, else the newest one; null where there is none */
  cover: GalleryImage | null;
}

/** An album in the trash. */
export interface DeletedAlbum extends ListedAlbum {
  /** ms since the epoch */
  deletedAt: number;
}

/** A picture that was taken out of an album, and where it stood: what it takes to put it back. */
export interface FormerMember {
  imageId: string;
  position: number;
}
