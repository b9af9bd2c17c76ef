import type { Frame } from "./frame";
import { type Geometry, headingHeight } from "./geometry";
import type { Pictures } from "./pictures";

/** Where somebody is in a timeline, whatever comes and goes: which pictures are seen, and how far below the window's top. */
export interface Anchor {
  /** The first of these that is still there says where that is. */
  seen: { id: string; below: number }[];
  /** Of the first of them, among all; where none of them is there. */
  index: number;
  below: number;
}

interface Timeline {
  geometry: Geometry | null;
  frame: Frame | null;
  pictures: Pictures;
  seen: number;
  windowHeight: number;
}

/** So many are noted: when some are deleted, the next one stays where it was. */
const mostNoted = 12;

/** null where the top of the list is in sight: then that is what stays. */
export function anchorOf({ geometry, frame, pictures, seen, windowHeight }: Timeline): Anchor | null {
  if (geometry === null || frame === null || seen <= 0) return null;
  const inSight = frame.sections
    .flatMap(({ at, tiles }) =>
      tiles.map(({ image, index, top, height }) => ({ id: image.id, index, height, below: at + top - seen })),
    )
    .filter(
      ({ id, below, height }) =>
        below + height > headingHeight && below < windowHeight && id !== frame.asideId,
    )
    .slice(0, mostNoted);
  const [first] = inSight;
  if (first !== undefined) {
    const { index, below } = first;
    return { seen: inSight.map(({ id, below }) => ({ id, below })), index, below };
  }
  // Nothing has come yet of what is seen.
  const box = geometry.boxAt(seen);
  const chunk = box && geometry.chunksBetween(box, seen, seen + windowHeight)[0];
  if (!box || !chunk) return null;
  const into = Math.min(1, Math.max(0, (seen - chunk.top) / Math.max(1, chunk.height)));
  const index = chunk.first + Math.floor(into * Math.max(0, chunk.chunk.size - 1));
  const place = pictures.placeOf(index);
  const top = (place && geometry.boxOfPlace(place))?.top ?? seen;
  return { seen: [], index, below: top - seen };
}

/** Where the window's top is so that the anchor is where it was; null where there is nothing. */
export function topOfAnchor(anchor: Anchor, { geometry, pictures }: Timeline): number | null {
  if (geometry === null) return null;
  for (const { id, below } of anchor.seen) {
    const place = pictures.find(id);
    const box = place && geometry.boxOfPlace(place);
    if (box) return box.top - below;
  }
  const place = pictures.placeOf(Math.min(anchor.index, pictures.total - 1));
  const box = place && geometry.boxOfPlace(place);
  return box ? box.top - anchor.below : null;
}
