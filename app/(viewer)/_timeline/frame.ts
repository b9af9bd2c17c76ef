import { type Geometry, headingHeight, type SectionBox, type TileBox } from "./geometry";
import type { Place, Section } from "./pictures";

/** So many tiles are in the document, where the window has room for fewer: what is above and below comes with them. */
const tilesAtMost = 110;
/** What is higher stands in the document only in part. */
const highestSection = 40_000;
/** In such steps that part is moved along. */
const sectionStep = 10_000;

/** A section as it stands in the document: what of it is near the window. From the top of the list's element. */
export interface SectionFrame {
  section: Section;
  /** of its part, from the top of all pictures */
  at: number;
  top: number;
  start: number;
  width: number;
  height: number;
  /** from the top and the beginning of this section */
  tiles: TileBox[];
  /** where pictures are yet to come */
  blanks: { top: number; height: number; width: number }[];
}

export interface Frame {
  /** of the list's element */
  height: number;
  sections: SectionFrame[];
  /** Of a picture that is only there because it has the focus. */
  asideId: string | null;
  /** Another frame with the same one looks the same. */
  signature: string;
}

interface Seen {
  /** at the top of the window */
  top: number;
  /** of the window */
  view: number;
  /** from the list's element to what is seen: see ScrollScale */
  shift: number;
  /** of the list's element */
  height: number;
  /** has the focus: it stays in the document wherever it is */
  pinned: Place | null;
}

export function frameOf(
  geometry: Geometry,
  { top, view, shift, height, pinned }: Seen,
  version: number,
): Frame {
  const beyond = overscan(geometry, view);
  const [from, to] = [top - beyond, top + view + beyond];
  const shown = new Set<string>();
  const sections = geometry.boxesBetween(from, to).map((box) => {
    const part = partOf(box, top);
    const frame: SectionFrame = {
      section: box.section,
      at: part.top,
      ...part,
      top: part.top - shift,
      tiles: [],
      blanks: [],
    };
    for (const place of geometry.chunksBetween(box, from, to)) {
      for (const tile of geometry.tilesOf(box, place, from, to)) {
        if (shown.has(tile.image.id)) continue;
        shown.add(tile.image.id);
        frame.tiles.push({ ...tile, top: tile.top - part.top, start: tile.start - box.start });
      }
      const blank = blankOf(geometry, box, place, from, to);
      if (blank !== null) frame.blanks.push({ ...blank, top: blank.top - part.top });
    }
    return frame;
  });
  const asideId = pinned && addPinned(geometry, sections, pinned, shown, { top, shift, height });
  return { height, sections, asideId, signature: signatureOf(sections, version, shift, height) };
}

function overscan({ shape, boxes }: Geometry, view: number): number {
  const last = boxes.at(-1)?.section;
  if (last === undefined || last.first + last.count <= tilesAtMost) return Number.POSITIVE_INFINITY;
  const perRow = Math.max(1, shape.width / (1.35 * shape.rowHeight));
  const perPixel = perRow / (1.2 * shape.rowHeight);
  const affordable = (tilesAtMost - perPixel * view) / 2 / perPixel;
  return Math.min(view * 0.75, Math.max(affordable, 1.2 * shape.rowHeight));
}

function partOf({ top, start, width, height }: SectionBox, seen: number) {
  if (height <= highestSection) return { top, start, width, height };
  const step = Math.floor(seen / sectionStep) * sectionStep;
  const first = Math.max(top, step - sectionStep);
  return { top: first, start, width, height: Math.min(top + height, step + 3 * sectionStep) - first };
}

/** The rows of a chunk that are not here, in whole steps: so it changes seldom while one scrolls over it. */
function blankOf(
  geometry: Geometry,
  { section, share }: SectionBox,
  { chunk, top, height }: { chunk: Section["chunks"][number]; top: number; height: number },
  from: number,
  to: number,
) {
  if (chunk.images?.length === chunk.size) return null;
  const { shape } = geometry;
  if (share !== null) return chunk.images === null ? { top, height, width: share.width } : null;
  const first = top + geometry.hereOf(section, chunk);
  const step = 8 * (shape.rowHeight + shape.gap);
  const begin = first + Math.max(0, Math.floor((from - first) / step)) * step;
  const end = Math.min(top + height - shape.gap, begin + Math.ceil((to - begin) / step) * step);
  return end > begin ? { top: begin, height: end - begin, width: shape.width } : null;
}

function addPinned(
  geometry: Geometry,
  sections: SectionFrame[],
  pinned: Place,
  shown: ReadonlySet<string>,
  { top, shift, height }: { top: number; shift: number; height: number },
): string | null {
  const image = pinned.chunk.images?.[pinned.n];
  const [box, place] = [geometry.boxOf(pinned.section), geometry.boxOfPlace(pinned)];
  if (!image || shown.has(image.id) || !box || !place) return null;
  const index = pinned.chunk.first + pinned.n;
  // Out of sight, and where it makes the page no higher.
  const atTop = Math.min(Math.max(place.top - shift, 0), Math.max(0, height - place.height)) + shift;
  let frame = sections.find(({ section }) => section === pinned.section);
  if (frame === undefined) {
    const part = partOf(box, top);
    const isAbove = place.top < top;
    const at = atTop - headingHeight;
    frame = { section: box.section, at, ...part, top: at - shift, tiles: [], blanks: [] };
    frame.height = headingHeight + place.height;
    if (isAbove) sections.unshift(frame);
    else sections.push(frame);
  }
  const tile = { image, index, ...place, top: atTop - (frame.top + shift), start: place.start - box.start };
  if (index < (frame.tiles[0]?.index ?? 0)) frame.tiles.unshift(tile);
  else frame.tiles.push(tile);
  return image.id;
}

const signatureOf = (sections: SectionFrame[], version: number, shift: number, height: number): string =>
  [
    ...[version, shift, height],
    ...sections.map(
      ({ section, top, tiles, blanks }) =>
        `${section.key} ${top} ${tiles[0]?.index} ${tiles.at(-1)?.index} ${tiles.length} ${blanks.map((blank) => `${blank.top} ${blank.height}`)}`,
    ),
  ].join();
