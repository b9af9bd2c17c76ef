// What the browser and the server agree on. Both import this file, so it holds nothing but plain values and shapes.
import type { GalleryImage } from "@/lib/images/contract";

/** Longer names are cut, not refused: a folder may have any. */
export const maxAlbumNameLength = 100;
export const maxImagesPerCall = 100;

/** In which order an album shows its pictures; by hand: as they were moved. */
export const albumSortings = ["newest", "oldest", "name", "hand"] as const;
export type AlbumSorting = (typeof albumSortings)[number];

export interface Album {
  id: string;
  name: string;
  /** of its pictures, but for those in the trash */
  count: number;
}

export interface ListedAlbum extends Album {
  /** its newest picture; null where there is none */
  cover: GalleryImage | null;
}

/** What it takes to make a deleted album again, as it was. */
export interface DeletedAlbum {
  id: string;
  name: string;
  /** ms since the epoch */
  createdAt: number;
  imageIds: string[];
}
