import type { GalleryPage, Timeline } from "@/lib/images/contract";
import { startOfMonth } from "./pictures";
import { ratioOf } from "./ratio";

/** A page of pictures as a timeline of its own: what one without a script goes on to. */
export function timelineOfPage({ images }: Pick<GalleryPage, "images">): Timeline {
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
  return { order: "newest", sections, first: images };
}
