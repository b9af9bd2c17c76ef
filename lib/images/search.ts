import "server-only";
import type { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import type {
  Cursor,
  GalleryPage,
  PictureSize,
  Timeline,
  TimelineOrder,
  TimelinePart,
  TimelineSection,
} from "./contract";
import { galleryPageSize, pageOf, toGalleryImage } from "./gallery";
import { prepare, prepareWithChoices, type SearchChoices } from "./search-choices";
import {
  countAsked,
  maxCounted,
  ofSection,
  pageAsked,
  rowsAsked,
  sectionsAsked,
  sizesAsked,
} from "./search-index";
import { type Search, searchShape } from "./search-shape";
import {
  firstOfTimeline,
  type PartAsked,
  partOf,
  partShape,
  type RangeAsked,
  rangeShape,
  sectionsShape,
} from "./timeline";

export const searchSectionsShape = searchShape.extend(sectionsShape.shape);
export const searchPartShape = searchShape.extend(partShape.shape);
export const searchRangeShape = searchShape.and(rangeShape);

export interface FoundTimeline extends Omit<Timeline, "first"> {
  /** Whether so much is found that there may be more behind these sections. */
  isCut: boolean;
}

/** What the page of a search shows: its choices, and pictures that it finds, in this order, from behind the cursor. */
export async function getSearchPage(
  viewer: Viewer,
  search: Search,
  after: Cursor | null,
  limit = galleryPageSize,
  order: TimelineOrder = "newest",
): Promise<{ page: GalleryPage; choices: SearchChoices }> {
  const { found, choices } = await prepareWithChoices(viewer, search);
  const rows = found === null ? [] : await pageAsked(viewer, found, after, order, limit);
  return { page: await pageOf(rows, limit), choices };
}

/** The newest of the viewer's pictures that a search finds, from behind the cursor. */
export async function listFound(
  viewer: Viewer,
  search: Search,
  after: Cursor | null,
  limit = galleryPageSize,
): Promise<GalleryPage> {
  const found = await prepare(viewer, search);
  return pageOf(found === null ? [] : await pageAsked(viewer, found, after, "newest", limit), limit);
}

/** What a timeline of what is found begins with, and what one can choose between. */
export async function getSearchTimeline(
  viewer: Viewer,
  { order, ...search }: z.infer<typeof searchSectionsShape>,
  limit = firstOfTimeline,
): Promise<Timeline & FoundTimeline & { choices: SearchChoices }> {
  const { found, choices } = await prepareWithChoices(viewer, search);
  if (found === null) return { order, sections: [], first: [], isCut: false, choices };
  const [sections, rows] = await database().together([
    sectionsAsked(viewer, found, order),
    rowsAsked(viewer, found, order, limit, 0),
  ]);
  return { ...timelineOf(order, sections), first: await Promise.all(rows.map(toGalleryImage)), choices };
}

/** The months of what is found; of very much the first ones in this order, up to `maxCounted` pictures. */
export async function listFoundSections(
  viewer: Viewer,
  { order, ...search }: z.infer<typeof searchSectionsShape>,
): Promise<FoundTimeline> {
  const found = await prepare(viewer, search);
  return timelineOf(order, found === null ? [] : await sectionsAsked(viewer, found, order));
}

const timelineOf = (order: TimelineOrder, sections: TimelineSection[]): FoundTimeline => ({
  order,
  sections,
  isCut: sections.reduce((sum, { count }) => sum + count, 0) >= maxCounted,
});

/** Pictures of a month of what is found, or of all, which are counted up to `maxCounted`. */
export async function getFoundPart(
  viewer: Viewer,
  { order, section, offset, limit, ...search }: PartAsked & Search,
): Promise<TimelinePart> {
  const found = await prepare(viewer, search);
  if (found === null) return { images: [], count: 0 };
  const within = section === "all" ? found : ofSection(viewer, section, found);
  const [[row], rows] = await database().together([
    // A month to its end, as its section has it.
    countAsked(within, section === "all" ? maxCounted : null),
    rowsAsked(viewer, within, order, limit, offset),
  ]);
  return partOf(rows, row?.count ?? 0);
}

/** The ids of what is found from one index to another. */
export async function listFoundSizes(
  viewer: Viewer,
  { order, from, to, ...search }: RangeAsked & Search,
): Promise<PictureSize[]> {
  const found = await prepare(viewer, search);
  if (found === null) return [];
  return sizesAsked(viewer, found, order, to - from + 1, from);
}
