import type { Cursor, GalleryPage, Timeline, TimelineOrder } from "@/lib/images/contract";
import { cursorOf, textOf } from "../cursor";
import { startOfMonth } from "./pictures";
import { ratioOf } from "./ratio";

/** What a gallery shows first. */
export interface Shown {
  first: Timeline;
  /** Where one goes on: on a page of its own, or in a timeline without a script. */
  further: { href: string; leadsTo: "older" | "newer" | "more"; isElsewhere: boolean } | null;
  /** Whether this is all, and nothing further comes to it. */
  isPage: boolean;
}

/** In which order one goes on: by date, or as an album has it, which says so itself. */
export type PageOrder = TimelineOrder | "own";

/**
 * Where a page begins, as its address says: `before` is behind that in the order of the newest first, `after` in any other. Null where
 * it asks for no page; a cursor that is none is the beginning.
 */
export function pageAt({ before, after }: Record<string, string | string[] | undefined>): PageAsked | null {
  if (before !== undefined) return { order: "newest", cursor: cursorOf(before) };
  return after === undefined ? null : { order: "oldest", cursor: cursorOf(after) };
}

export interface PageAsked {
  order: TimelineOrder;
  cursor: Cursor | null;
}

/** All of a place's pictures, which come as one scrolls; without a script one goes on by pages. */
export function asTimeline(first: Timeline): Shown {
  const last = first.first.at(-1);
  const count = first.sections.reduce((sum, section) => sum + section.count, 0);
  const isAll = last === undefined || count === first.first.length;
  const order = first.sections[0]?.startsAt === null ? "own" : first.order;
  return { first, further: isAll ? null : { ...behind(last, order), isElsewhere: false }, isPage: false };
}

/** A page of them: what one without a script goes on to. */
export function asPage({ images, next }: GalleryPage, order: PageOrder): Shown {
  const sections: Timeline["sections"] = [];
  for (const image of images) {
    const startsAt = order === "own" ? null : startOfMonth(image.capturedAt);
    let section = sections.at(-1);
    if (section?.startsAt !== startsAt) {
      section = { startsAt, count: 0, ratios: 0 };
      sections.push(section);
    }
    section.count += 1;
    section.ratios += Math.round(1000 * ratioOf(image));
  }
  return {
    first: { order: order === "own" ? "newest" : order, sections, first: images },
    further: next && { ...behind(next, order), isElsewhere: true },
    isPage: true,
  };
}

function behind(place: Parameters<typeof textOf>[0], order: PageOrder) {
  const leadsTo = ({ newest: "older", oldest: "newer", own: "more" } as const)[order];
  return { href: `?${order === "newest" ? "before" : "after"}=${textOf(place)}`, leadsTo };
}
