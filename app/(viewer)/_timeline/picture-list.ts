import type { GalleryImage, PictureSize } from "@/lib/images/contract";

/**
 * The pictures of a place in their order, of which only some are here: what a timeline gives to the viewer and to the selection.
 * A picture's index is its place in the whole list; it changes where pictures before it come or go.
 */
export interface PictureList {
  /** whose album it is; null where it is none */
  album: string | null;
  /** of all there are */
  count(): number;
  /** null where it is not among those that are here */
  indexOf(id: string): number | null;
  /** null where it is not here yet */
  at(index: number): GalleryImage | null;
  /** Fetches it with those beside it; null where there is none. */
  load(index: number): Promise<GalleryImage | null>;
  /** All from one index to another, both included, in whichever order they are given; also those that are not here. */
  between(from: number, to: number): Promise<PictureSize[]>;
  /** Brings it into sight, and the focus to it. */
  show(index: number): void;
  /** Is called whenever pictures come, go or change; returns what ends that. */
  subscribe(listener: () => void): () => void;
}
