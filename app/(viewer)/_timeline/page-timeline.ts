import type { GalleryPage, Timeline } from "@/lib/images/contract";
import { textOf } from "../cursor";
import { startOfMonth } from "./pictures";
import { ratioOf } from "./ratio";

/** What a gallery shows first. */
export interface Shown {
  first: Timeline;
  /** Where one goes on: on a page of its own, or in a timeline without a script. */
  older: { href: string; isElsewhere: boolean } | null;
  /** Whether this is all, and nothing further comes to it. */
  isPage: boolean;
}

/** All of a place's pictures, which come as one scrolls; without a script one goes on by pages. */
export function asTimeline(first: Timeline): Shown {
  const last = first.first.at(-1);
  const count = first.sections.reduce((sum, section) => sum + section.count, 0);
  const isAll = last === undefined || count === first.first.length;
  // Pages are the newest first: from another order one goes on at their beginning.
  const isNewest = first.order === "newest" && first.sections[0]?.startsAt !== null;
  const href = `?before=${isNewest && last !== undefined ? textOf(last) : "newest"}`;
  return { first, older: isAll ? null : { href, isElsewhere: false }, isPage: false };
}

/** A page of them: what one without a script goes on to. */
export function asPage({ images, next }: GalleryPage): Shown {
  const sections: Timeline["sections"] = [];
  for (const image of images) {
    const startsAt = startOfMonth(image.capturedAt);
    let section = sections.at(-1);
    if (section?.startsAt !== startsAt) {
      section = { startsAt, count: 0, ratios: 0 };
      sections.push(section);
    }
    section.count += 1;
    section.ratios += Math.round(1000 * ratioOf(image));
  }
  const older = next && { href: `?before=${textOf(next)}`, isElsewhere: true };
  return { first: { order: "newest", sections, first: images }, older, isPage: true };
}
