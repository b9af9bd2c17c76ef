// What the browser and the server agree on about pictures: plain values and shapes. The table of formats holds what reads
// them as well, so of it only the type is here.
import type { Facts } from "./facts";
import type { ImageType } from "./formats/table";
import type { VariantKind, VariantType, VariantUrls } from "./variants";

export type { ImageType, VariantKind, VariantType };

/** What fills a picture's frame until it has arrived. */
export interface Placeholder {
  /** average, for CSS */
  colour: string;
  /** base64 of at most 25 bytes */
  thumbhash: string;
  /** Whether anything shines through: then it stands on a checkerboard. */
  isTransparent: boolean;
}

/** Where a picture's date is from: the picture itself, a file that came beside it, the file's own date, or the day it was added. */
export const capturedSources = ["picture", "sidecar", "file", "added"] as const;
export type CapturedSource = (typeof capturedSources)[number];

/**
 * What is said of a picture's date outside of it: used where the picture itself says nothing. `at` is ms since the epoch, as if
 * the clock of that zone had shown UTC; the zone is null where it is not known.
 */
export interface FileDate {
  at: number;
  zoneMinutes: number | null;
  source: Extract<CapturedSource, "sidecar" | "file">;
}

/** One picture as a gallery shows it. `width` and `height` are upright pixels; `thumbUrl` is signed: never store or log it. */
export interface GalleryImage {
  id: string;
  title: string;
  width: number;
  height: number;
  /** of the original */
  bytes: number;
  isFavourite: boolean;
  placeholder: Placeholder;
  thumbUrl: string;
  /** ms since the epoch, as if the camera's clock had shown UTC: when it was taken, as far as that is known */
  capturedAt: number;
  /** of pictures of the same millisecond, to be compared by code points */
  capturedOrder: string;
}

/** A picture's place in the gallery, among all others. */
export type Place = Pick<GalleryImage, "capturedAt" | "capturedOrder" | "id">;

/** Where a page of the gallery ends: the next begins behind it. */
export type Cursor = Place;

export interface GalleryPage {
  images: GalleryImage[];
  /** null on the last page */
  next: Cursor | null;
}

/** Where a browser gets a picture: signed, good for a day at the most. Never store or log them. */
export interface ImageUrls extends VariantUrls {
  /** of the original, where it may be an animation; null otherwise */
  movingUrl: string | null;
  /** of the original, where every browser can show it: for where its variant is too small; null otherwise */
  originalUrl: string | null;
  downloadUrl: string;
}

/** What a browser needs to fetch an original and to call its copy. */
export interface Original {
  id: string;
  /** as the file was called when it was added */
  name: string;
  bytes: number;
  /** ms since the epoch, as if the camera's clock had shown UTC */
  capturedAt: number;
  /** signed, good for a day at the most: never store or log it */
  downloadUrl: string;
}

/** Those that were asked for and are there, in the order in which they were asked for. */
export interface Originals {
  /** whose they are: a page that is kept open finds out that somebody else has signed in */
  viewerId: string;
  originals: Original[];
}

/** Everything that the page of one picture shows. The URLs are signed: never store or log them. */
export interface ImageDetails extends ImageUrls {
  id: string;
  title: string;
  /** empty where nobody has written one; its lines are kept */
  description: string;
  /** What a screen reader says in place of the picture. Empty: the title does. */
  altText: string;
  isFavourite: boolean;
  /** of its file */
  name: string;
  type: ImageType;
  /** what people call the type: JPEG */
  typeName: string;
  bytes: number;
  /** hex */
  sha256: string;
  width: number;
  height: number;
  /** ms since the epoch, as if the camera's clock had shown UTC */
  capturedAt: number;
  capturedOrder: string;
  /** minutes by which that clock was ahead of UTC; null where nobody noted it */
  capturedZoneMinutes: number | null;
  /** where the date is from that nobody has edited */
  capturedSource: CapturedSource;
  /** Whether a person set the date. */
  isDateEdited: boolean;
  /** ms since the epoch */
  createdAt: number;
  facts: Facts;
  placeholder: Placeholder;
}

/** The same with what is known of it in other rooms: what `GET /images/<id>/details` answers. */
export interface ImageWithAlbums extends ImageDetails {
  /** those it is in */
  albums: { id: string; name: string }[];
}

/** Longer ones are cut. */
export const maxTextLengths = { title: 200, description: 5000, altText: 1000 } as const;

/** A date as it was before a person changed it: what undoing takes. */
export interface EarlierDate {
  id: string;
  /** ms since the epoch, as if the clock had shown UTC */
  capturedAt: number;
  capturedZoneMinutes: number | null;
  capturedOrder: string;
  capturedSource: CapturedSource;
  isDateEdited: boolean;
}

/** A picture in the trash. */
export interface TrashedImage extends GalleryImage {
  /** ms since the epoch */
  deletedAt: number;
  /** until it goes for good: 1 on its last day */
  daysLeft: number;
}

/** A place in the trash, whose newest comes first. */
export type TrashCursor = Pick<TrashedImage, "deletedAt" | "id">;

export interface TrashPage {
  images: TrashedImage[];
  /** null on the last page */
  next: TrashCursor | null;
}

/** What the trash holds. */
export interface TrashSize {
  count: number;
  /** with all variants, as they count against the quota */
  bytes: number;
}

/** For so many pictures fresh URLs are given at a time. */
export const maxImagesPerUrlCall = 100;

/** Newest first, or oldest first. */
export const timelineOrders = ["newest", "oldest"] as const;
export type TimelineOrder = (typeof timelineOrders)[number];

/** A stretch of a timeline, known before its pictures are: a month, or all there is where the order is not by date. */
export interface TimelineSection {
  /** ms since the epoch of the month's first day, as the cameras' clocks had it; null where it is no month */
  startsAt: number | null;
  /** of its pictures */
  count: number;
  /** width by height of all its tiles together, in thousandths: how much room it takes */
  ratios: number;
}

/** All of a timeline's sections, in its order, and its first pictures. */
export interface Timeline {
  order: TimelineOrder;
  sections: TimelineSection[];
  first: GalleryImage[];
}

/** Pictures of one section, in the timeline's order. */
export interface TimelinePart {
  images: GalleryImage[];
  /** how many the section has now: another number than was known says that the sections are to be asked for anew */
  count: number;
}

/** What is known of a picture that is chosen among many. */
export interface PictureSize {
  id: string;
  /** of the original */
  bytes: number;
}

/** So many pictures a part of a timeline has at the most. */
export const maxImagesPerPart = 200;
/** So many pictures one action takes. */
export const maxImagesPerAction = 500;
