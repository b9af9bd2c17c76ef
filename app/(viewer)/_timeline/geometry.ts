import type { GalleryImage } from "@/lib/images/contract";
import { layOutLines, type Share } from "./lines";
import { type Chunk, lastAtMost, type Place, type Section } from "./pictures";
import { ratioOf } from "./ratio";
import { estimateHeight, inRow, layOutRows, type Rows, type Shape } from "./rows";

/** Above a section's pictures, where it has a name. */
export const headingHeight = 44;
/** Below a section's pictures. */
const sectionEnd = 16;

/** Of something within the list, from its top and its beginning, in CSS pixels. */
export interface Box {
  top: number;
  start: number;
  width: number;
  height: number;
}

/** A section's place in the list. */
export interface SectionBox extends Box {
  section: Section;
  /** where it shares its line with others */
  share: Share | null;
}

/** A chunk's place in the list. */
export interface ChunkPlace {
  chunk: Chunk;
  /** the index of its first picture in the whole list */
  first: number;
  top: number;
  height: number;
}

/** A tile's place in the list. */
export interface TileBox extends Box {
  image: GalleryImage;
  /** in the whole list */
  index: number;
}

/** Where everything in a timeline is, for one width and one height of rows. It is made anew when its pictures change. */
export class Geometry {
  readonly boxes: SectionBox[] = [];
  readonly height: number;

  constructor(
    sections: readonly Section[],
    readonly shape: Shape,
  ) {
    let top = 0;
    const lines = layOutLines(sections, shape);
    lines.forEach(({ first, shares }, n) => {
      const onLine = sections.slice(first, lines[n + 1]?.first ?? sections.length);
      const height = Math.max(...onLine.map((section, at) => this.heightOf(section, shares?.[at])));
      onLine.forEach((section, at) => {
        const share = shares?.[at] ?? null;
        const { start, width } = share ?? { start: 0, width: shape.width };
        this.boxes.push({ section, share, top, start, width, height });
      });
      top += height;
    });
    this.height = top;
  }

  private heightOf(section: Section, share: Share | undefined): number {
    const pictures = share
      ? share.height + this.shape.gap
      : section.chunks.reduce((sum, chunk) => sum + this.laidOut(section, chunk).height, 0);
    return (section.startsAt === null ? 0 : headingHeight) + pictures + sectionEnd;
  }

  /** Those that are at least partly between two heights. */
  boxesBetween(from: number, to: number): SectionBox[] {
    const { boxes } = this;
    let n = Math.max(
      0,
      lastAtMost(boxes, from, ({ top }) => top),
    );
    while (n > 0 && boxes[n - 1]?.top === boxes[n]?.top) n -= 1;
    const found: SectionBox[] = [];
    for (let box = boxes[n]; box !== undefined && box.top < to; n += 1, box = boxes[n])
      if (box.top + box.height > from) found.push(box);
    return found;
  }

  /** The section of what is seen at this height. */
  boxAt(top: number): SectionBox | null {
    return (
      this.boxes[
        Math.max(
          0,
          lastAtMost(this.boxes, top, (box) => box.top),
        )
      ] ?? null
    );
  }

  boxOf(section: Section): SectionBox | null {
    return this.boxes[lastAtMost(this.boxes, section.first, (box) => box.section.first)] ?? null;
  }

  /** Those chunks of a section that are at least partly between two heights. */
  chunksBetween(box: SectionBox, from: number, to: number): ChunkPlace[] {
    const { section, share } = box;
    const found: ChunkPlace[] = [];
    let top = box.top + (section.startsAt === null ? 0 : headingHeight);
    let { first } = section;
    for (const chunk of section.chunks) {
      const height = share === null ? this.laidOut(section, chunk).height : share.height;
      if (top < to && top + height > from) found.push({ chunk, first, top, height });
      if (share === null) top += height;
      first += chunk.size;
    }
    return found;
  }

  /** The tiles of a chunk that are here, at least partly between two heights. */
  tilesOf(box: SectionBox, place: ChunkPlace, from: number, to: number): TileBox[] {
    const { section, share } = box;
    const { images } = place.chunk;
    if (images === null) return [];
    if (share !== null) return tilesOnLine(box, share, place, this.shape.gap);
    const { rows } = this.laidOut(section, place.chunk);
    const tiles: TileBox[] = [];
    for (const { first, top, height, starts, widths } of rows?.rows ?? []) {
      if (place.top + top + height <= from || place.top + top >= to) continue;
      widths.forEach((width, n) => {
        const image = images[first + n];
        if (image === undefined) return;
        const index = place.first + first + n;
        tiles.push({ image, index, top: place.top + top, start: starts[n] ?? 0, width, height });
      });
    }
    return tiles;
  }

  /** The tile of a picture; where it is not here, about where it will be, without a width. */
  boxOfPlace({ section, chunk, n }: Place): Box | null {
    const box = this.boxOf(section);
    const everywhere = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
    const place = box && this.chunksBetween(box, ...everywhere).find((one) => one.chunk === chunk);
    if (!box || !place) return null;
    const tile = this.tilesOf(box, place, ...everywhere).find(({ index }) => index === place.first + n);
    if (tile !== undefined) return tile;
    const top = Math.round(place.top + (place.height * n) / Math.max(1, chunk.size));
    return { top, start: box.start, width: 0, height: this.shape.rowHeight };
  }

  /**
   * The index of what is above or below, in the nearest row that is wholly beyond this height; where nothing is here, about that.
   *
   * @param middle where in the row, from its beginning
   */
  indexBeyond(top: number, isBelow: boolean, middle: number): number | null {
    const reach = 4 * this.shape.rowHeight + 2 * (headingHeight + sectionEnd);
    const [from, to] = isBelow ? [top, top + reach] : [top - reach, top];
    const places = this.boxesBetween(from, to).flatMap((box) =>
      this.chunksBetween(box, from, to).map((place) => ({ box, place })),
    );
    const tiles = places
      .flatMap(({ box, place }) => this.tilesOf(box, place, from, to))
      .filter((tile) => (isBelow ? tile.top >= top : tile.top + tile.height <= top));
    const away = (tile: Box) => (isBelow ? tile.top : -tile.top);
    const nearest = Math.min(...tiles.map(away));
    const sideways = ({ start, width }: Box) => Math.max(start - middle, middle - start - width, 0);
    const row = tiles.filter((tile) => away(tile) === nearest).sort((a, b) => sideways(a) - sideways(b));
    const [best] = row;
    if (best !== undefined) return best.index;
    const place = (isBelow ? places[0] : places.at(-1))?.place;
    if (place === undefined) return null;
    const into = Math.min(0.99, Math.max(0, (top - place.top) / Math.max(1, place.height)));
    return place.first + Math.floor(into * place.chunk.size);
  }

  /** How high the rows of what is here are; the rest of the chunk is estimated. */
  hereOf(section: Section, chunk: Chunk): number {
    return this.laidOut(section, chunk).rows?.height ?? 0;
  }

  private laidOut(section: Section, chunk: Chunk): { rows: Rows | null; height: number } {
    const { shape } = this;
    const { images, laidOut } = chunk;
    if (laidOut?.shape === shape && (laidOut.rows !== null || images === null)) return laidOut;
    const ratios = images?.map(ratioOf) ?? [];
    const missing = chunk.size - ratios.length;
    const isEnd = missing > 0 || section.chunks.at(-1) === chunk;
    const rows = images === null ? null : layOutRows(ratios, shape, isEnd ? "open" : "full");
    const estimate = estimateHeight((section.ratios / section.count) * missing, missing, shape);
    const made = { shape, rows, height: Math.round((rows?.height ?? 0) + estimate) };
    chunk.laidOut = made;
    return made;
  }
}

/** One row, as high as those of the other months on its line. What is not here yet takes what is left. */
function tilesOnLine(box: SectionBox, share: Share, place: ChunkPlace, gap: number) {
  const { section } = box;
  const all = section.chunks.flatMap(({ size, images }) =>
    Array.from({ length: size }, (_, n) => images?.[n] ?? null),
  );
  const here = all.reduce((sum, image) => sum + (image === null ? 0 : ratioOf(image)), 0);
  const missing = all.filter((image) => image === null).length;
  const each = Math.max(0.1, (section.ratios - here) / missing);
  const ratios = all.map((image) => (image === null ? each : ratioOf(image)));
  const { starts, widths } = inRow(ratios, 0, ratios.length, share.width, gap);
  const tiles: TileBox[] = [];
  place.chunk.images?.forEach((image, n) => {
    const at = place.first - section.first + n;
    const start = box.start + (starts[at] ?? 0);
    tiles.push({
      image,
      index: place.first + n,
      top: place.top,
      start,
      width: widths[at] ?? 0,
      height: share.height,
    });
  });
  return tiles;
}
