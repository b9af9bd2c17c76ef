import type { GalleryImage, TimelineOrder, TimelineSection } from "@/lib/images/contract";
import { ratioOf } from "./ratio";
import type { Rows, Shape } from "./rows";

/** So many pictures are fetched at a time. */
const usualChunk = 100;
/** One that has grown beyond this is two. */
const largestChunk = 180;

/** Pictures of a section that are fetched, laid out and forgotten together. */
export interface Chunk {
  /** the index of its first picture in the whole list */
  first: number;
  /** how many there are, here or not */
  size: number;
  /** those that are here: all, or the first of them; null where none are */
  images: GalleryImage[] | null;
  /** Whether others may have taken their place meanwhile. */
  isStale: boolean;
  /** Whether a server has sent all that it has of it. */
  hasCome: boolean;
  /** of the rows as they were laid out last; kept when the pictures are not */
  laidOut: { shape: Shape; rows: Rows | null; height: number } | null;
}

export interface Section {
  startsAt: number | null;
  key: string;
  count: number;
  /** width by height of all its tiles together */
  ratios: number;
  /** the index of its first picture in the whole list */
  first: number;
  chunks: Chunk[];
}

export interface Place {
  section: Section;
  chunk: Chunk;
  /** within the chunk */
  n: number;
}

/** Whether there is nothing more to fetch of it. */
export const isWhole = ({ images, size, hasCome, isStale }: Chunk): boolean =>
  images !== null && (hasCome || images.length === size) && !isStale;

/** The pictures of a timeline: how many there are in each section, and those of them that are here. */
export class Pictures {
  sections: Section[] = [];
  total = 0;
  private chunks = new Map<string, { section: Section; chunk: Chunk }>();

  constructor(
    readonly order: TimelineOrder,
    sections: TimelineSection[],
    first: GalleryImage[],
  ) {
    this.take(sections, first);
  }

  /** What a server says now. Of sections that have changed, what is here stays until it has come anew. */
  take(sections: TimelineSection[], first: GalleryImage[]): void {
    const before = new Map(this.sections.map((section) => [section.key, section]));
    this.sections = sections
      .filter(({ count }) => count > 0)
      .map(({ startsAt, count, ratios }) => {
        const key = String(startsAt ?? "all");
        const known = before.get(key);
        if (known?.count === count && Math.abs(known.ratios - ratios / 1000) < 0.002 * count) return known;
        const chunks = known === undefined ? chunksOf(count) : resized(known.chunks, count);
        return { startsAt, key, count, ratios: ratios / 1000, first: 0, chunks };
      });
    this.takeFirst(first);
    this.index();
  }

  private takeFirst(images: GalleryImage[]): void {
    let taken = 0;
    for (const { chunks } of this.sections)
      for (const chunk of chunks) {
        if (taken >= images.length) return;
        const some = images.slice(taken, taken + chunk.size);
        taken += chunk.size;
        if (some.length < chunk.size && isWhole(chunk)) continue;
        fill(chunk, some);
      }
  }

  /** What has come of a chunk; false where the section has another number of pictures by now. */
  put(section: Section, chunk: Chunk, images: GalleryImage[], count: number): boolean {
    if (!this.sections.includes(section) || !section.chunks.includes(chunk)) return true;
    fill(chunk, images);
    chunk.hasCome = true;
    this.index();
    return count === section.count && images.length === chunk.size;
  }

  /** Their pictures are here no more; how high their rows were is kept. */
  forget(chunks: Chunk[]): void {
    for (const chunk of chunks) {
      chunk.images = null;
      chunk.isStale = false;
      chunk.hasCome = false;
      if (chunk.laidOut !== null) chunk.laidOut.rows = null;
    }
    this.index();
  }

  /** All that is here may have changed. */
  markStale(): void {
    for (const { chunks } of this.sections) for (const chunk of chunks) chunk.isStale = chunk.images !== null;
  }

  find(id: string): Place | null {
    const found = this.chunks.get(id);
    if (found === undefined) return null;
    return { ...found, n: found.chunk.images?.findIndex((image) => image.id === id) ?? -1 };
  }

  indexOf(id: string): number | null {
    const place = this.find(id);
    return place && place.chunk.first + place.n;
  }

  /** Where the picture of this index is, whether it is here or not; null where there is none. */
  placeOf(index: number): Place | null {
    if (index < 0 || index >= this.total) return null;
    const section = this.sections[lastAtMost(this.sections, index, ({ first }) => first)];
    if (section === undefined) return null;
    const chunk = section.chunks[lastAtMost(section.chunks, index, ({ first }) => first)];
    return chunk === undefined ? null : { section, chunk, n: index - chunk.first };
  }

  at(index: number): GalleryImage | null {
    const place = this.placeOf(index);
    return place?.chunk.images?.[place.n] ?? null;
  }

  /** The ids of those that were here. */
  remove(ids: Iterable<string>): string[] {
    const removed = [...ids].filter((id) => this.chunks.has(id));
    for (const id of removed) {
      const place = this.find(id);
      if (place === null) continue;
      const { section, chunk, n } = place;
      const [image] = chunk.images?.splice(n, 1) ?? [];
      chunk.size -= 1;
      chunk.laidOut = null;
      section.count -= 1;
      section.ratios -= image === undefined ? 0 : ratioOf(image);
      if (chunk.size === 0) section.chunks.splice(section.chunks.indexOf(chunk), 1);
      this.chunks.delete(id);
    }
    if (removed.length > 0) {
      this.sections = this.sections.filter(({ count }) => count > 0);
      this.index();
    }
    return removed;
  }

  /**
   * Puts a picture in its place among those that are here, or in place of what it was before. False where that cannot be told:
   * it may be among those that are not here.
   */
  add(image: GalleryImage): boolean {
    const known = this.find(image.id);
    if (known !== null) {
      const before = known.chunk.images?.[known.n];
      if (before !== undefined && compare(before, image) === 0 && ratioOf(before) === ratioOf(image)) {
        known.chunk.images?.splice(known.n, 1, image);
        return true;
      }
      this.remove([image.id]);
    }
    if (this.sections.some(({ startsAt }) => startsAt === null)) return false;
    const startsAt = startOfMonth(image.capturedAt);
    const section = this.sections.find((one) => one.startsAt === startsAt) ?? this.addSection(startsAt);
    if (!insert(section, image, (a, b) => (this.order === "newest" ? -compare(a, b) : compare(a, b))))
      return false;
    section.count += 1;
    section.ratios += ratioOf(image);
    this.index();
    return true;
  }

  private addSection(startsAt: number): Section {
    const section: Section = { startsAt, key: String(startsAt), count: 0, ratios: 0, first: 0, chunks: [] };
    const isBehind = (one: Section) =>
      this.order === "newest" ? (one.startsAt ?? 0) < startsAt : (one.startsAt ?? 0) > startsAt;
    const at = this.sections.findIndex(isBehind);
    this.sections.splice(at < 0 ? this.sections.length : at, 0, section);
    return section;
  }

  private index(): void {
    this.total = 0;
    this.chunks = new Map();
    for (const section of this.sections) {
      section.first = this.total;
      this.total += section.count;
      let { first } = section;
      for (const chunk of section.chunks) {
        chunk.first = first;
        first += chunk.size;
        for (const { id } of chunk.images ?? []) this.chunks.set(id, { section, chunk });
      }
    }
  }
}

/** The index of the last that is at most this; of a list that ascends. */
export function lastAtMost<T>(list: readonly T[], most: number, positionOf: (item: T) => number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = list[middle];
    if (item !== undefined && positionOf(item) <= most) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const emptyChunk = (size: number): Chunk => ({
  ...{ first: 0, size, images: null, isStale: false, hasCome: false, laidOut: null },
});

/** All about as large, so that none is left with a few. */
function chunksOf(count: number): Chunk[] {
  const number = Math.max(1, Math.round(count / usualChunk));
  return Array.from({ length: number }, (_, n) =>
    emptyChunk(Math.floor(((n + 1) * count) / number) - Math.floor((n * count) / number)),
  );
}

/** Chunks for another number of pictures; nobody knows which of them have come or gone. */
function resized(chunks: Chunk[], count: number): Chunk[] {
  const kept: Chunk[] = [];
  let left = count;
  for (const chunk of chunks) {
    if (left === 0) break;
    const size = Math.min(chunk.size, left);
    left -= size;
    kept.push({
      ...emptyChunk(size),
      images: chunk.images?.slice(0, size) ?? null,
      isStale: chunk.images !== null,
      laidOut: size === chunk.size ? chunk.laidOut : null,
    });
  }
  if (left > 0) kept.push(...chunksOf(left));
  return kept;
}

function fill(chunk: Chunk, images: GalleryImage[]): void {
  chunk.images = images;
  chunk.isStale = false;
  chunk.laidOut = null;
}

type Compare = (a: GalleryImage, b: GalleryImage) => number;

function insert({ chunks }: Section, image: GalleryImage, compareInOrder: Compare): boolean {
  if (chunks.length === 0) chunks.push({ ...emptyChunk(0), images: [] });
  for (const [n, chunk] of chunks.entries()) {
    const { images } = chunk;
    if (images === null || images.length < chunk.size) continue;
    const [first, last] = [images[0], images.at(-1)];
    const begins = n === 0 || (first !== undefined && compareInOrder(first, image) <= 0);
    const nextFirst = chunks[n + 1]?.images?.[0];
    const ends =
      n === chunks.length - 1 ||
      (last !== undefined && compareInOrder(image, last) <= 0) ||
      (nextFirst !== undefined && compareInOrder(image, nextFirst) < 0);
    if (!begins || !ends) continue;
    const at = images.findIndex((one) => compareInOrder(image, one) < 0);
    images.splice(at < 0 ? images.length : at, 0, image);
    chunk.size += 1;
    chunk.laidOut = null;
    if (chunk.size > largestChunk) chunks.splice(n, 1, ...halves(images));
    return true;
  }
  return false;
}

function halves(images: GalleryImage[]): Chunk[] {
  const middle = images.length >> 1;
  return [images.slice(0, middle), images.slice(middle)].map((half) => ({
    ...emptyChunk(half.length),
    images: half,
  }));
}

/** Oldest first, as the server has them. */
const compare: Compare = (a, b) =>
  a.capturedAt - b.capturedAt || ascending(a.capturedOrder, b.capturedOrder) || ascending(a.id, b.id);

const ascending = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** As the cameras' clocks had it. */
export function startOfMonth(at: number): number {
  const day = new Date(at);
  day.setUTCDate(1);
  return day.setUTCHours(0, 0, 0, 0);
}
