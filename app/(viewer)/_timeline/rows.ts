// How tiles fill rows. The first rows are laid out by CSS before any script runs: what is here breaks rows where a flex container
// would, so that nothing moves once the script takes over.

/** A row becomes at most so much higher than it should be in order to be full; beyond that its pictures are cut. */
export const maxGrowth = 2;
/** A panorama that is as wide as the page is at least so high, in parts of a row. */
export const leastHeight = 0.5;
/** The last row of a month is as high as a row should be, unless less than this part of it is free: then it is full too. */
export const mostFree = 0.35;

/** In CSS pixels. */
export interface Shape {
  width: number;
  /** which rows should have; most have a little more, to be full */
  rowHeight: number;
  gap: number;
  /** of a month, so that its name can be read */
  leastMonthWidth: number;
}

/** Where the tiles of a row are: whole pixels. */
export interface Row {
  /** the index of its first tile */
  first: number;
  top: number;
  height: number;
  starts: number[];
  widths: number[];
}

export interface Rows {
  rows: Row[];
  /** with the gap below each row */
  height: number;
}

/**
 * Justified rows for tiles of these ratios (width by height). With `end` full, also the last row is, for which the rows before it
 * give up some of theirs: more pictures follow. With `end` open it is the last of all.
 */
export function layOutRows(ratios: readonly number[], shape: Shape, end: "full" | "open"): Rows {
  const breaks = greedyBreaks(ratios, shape);
  if (end === "full") spreadTail(breaks, ratios, shape);
  const rows: Row[] = [];
  let top = 0;
  breaks.forEach((first, n) => {
    const behind = breaks[n + 1] ?? ratios.length;
    const isOpen = end === "open" && behind === ratios.length && isMostlyFree(ratios, first, behind, shape);
    const height = isOpen ? Math.round(shape.rowHeight) : heightOf(ratios, first, behind, shape);
    const width = isOpen ? Math.round(naturalWidth(ratios, first, behind, shape)) : shape.width;
    rows.push({ first, top, height, ...inRow(ratios, first, behind, width, shape.gap) });
    top += height + shape.gap;
  });
  return { rows, height: top };
}

/** Shares a width among tiles by their ratios, to the pixel. */
export function inRow(
  ratios: readonly number[],
  first: number,
  behind: number,
  width: number,
  gap: number,
): { starts: number[]; widths: number[] } {
  const inner = width - (behind - first - 1) * gap;
  const all = sumOf(ratios, first, behind);
  const starts: number[] = [];
  const widths: number[] = [];
  let before = 0;
  for (let n = first; n < behind; n += 1) {
    const start = Math.round((before / all) * inner);
    before += ratios[n] ?? 0;
    starts.push(start + (n - first) * gap);
    widths.push(Math.round((before / all) * inner) - start);
  }
  return { starts, widths };
}

/** About how high the rows of so many tiles will be, whose ratios together are these. */
export function estimateHeight(ratios: number, count: number, { width, rowHeight, gap }: Shape): number {
  if (count === 0) return 0;
  const natural = ratios * rowHeight + count * gap;
  if (natural <= width) return rowHeight + gap;
  // A row ends somewhere within the tile that is too much for it: on average it lacks half a tile.
  const filled = Math.max(width / 3, width + gap - natural / count / 2);
  const rows = Math.min(count, Math.max(1, natural / filled));
  const perRow = ratios / rows;
  const high = (width - (count / rows - 1) * gap) / perRow;
  return rows * (Math.min(Math.max(high, rowHeight * leastHeight), rowHeight * maxGrowth) + gap);
}

/** Where each row begins: as many tiles as it holds at the height that rows should have. */
function greedyBreaks(ratios: readonly number[], { width, rowHeight, gap }: Shape): number[] {
  const breaks: number[] = [];
  let used = Number.POSITIVE_INFINITY;
  ratios.forEach((ratio, n) => {
    const more = gap + ratio * rowHeight;
    if (used + more > width + roundingPx) {
      breaks.push(n);
      used = ratio * rowHeight;
    } else used += more;
  });
  return breaks;
}

/** A browser counts in 64ths of a pixel, which may add up. */
const roundingPx = 0.25;
/** So many full rows at the end are broken anew together with the one that is not full. */
const rowsOfTail = 2;

/** Breaks the tail anew so that all of its rows are full, and about as high as rows are on average. */
function spreadTail(breaks: number[], ratios: readonly number[], shape: Shape): void {
  const first = breaks[Math.max(0, breaks.length - 1 - rowsOfTail)];
  if (first === undefined || breaks.length === 1) return;
  const wanted = shape.rowHeight * usualGrowth;
  // best[n]: the least penalty for the tiles from `first` to before `first + n`, and where its last row begins
  const best = [{ penalty: 0, from: 0 }];
  for (let behind = first + 1; behind <= ratios.length; behind += 1) {
    let found = { penalty: Number.POSITIVE_INFINITY, from: first };
    for (let from = behind - 1; from >= first; from -= 1) {
      const off = Math.log(freeHeight(ratios, from, behind, shape) / wanted);
      const penalty = (best[from - first]?.penalty ?? 0) + off * off;
      if (penalty < found.penalty) found = { penalty, from };
      // Longer rows are only lower still.
      if (off < -1) break;
    }
    best[behind - first] = found;
  }
  const tail: number[] = [];
  for (let behind = ratios.length; behind > first; ) {
    const from = best[behind - first]?.from ?? first;
    tail.unshift(from);
    behind = from;
  }
  breaks.splice(breaks.indexOf(first), breaks.length, ...tail);
}

const usualGrowth = 1.15;

function isMostlyFree(ratios: readonly number[], first: number, behind: number, shape: Shape): boolean {
  const free = shape.width - naturalWidth(ratios, first, behind, shape);
  return free >= shape.width * mostFree + shape.gap;
}

const naturalWidth = (
  ratios: readonly number[],
  first: number,
  behind: number,
  { rowHeight, gap }: Shape,
): number => sumOf(ratios, first, behind) * rowHeight + (behind - first - 1) * gap;

/** At which a row is full, however high that is. */
const freeHeight = (
  ratios: readonly number[],
  first: number,
  behind: number,
  { width, gap }: Shape,
): number => Math.max(1, width - (behind - first - 1) * gap) / sumOf(ratios, first, behind);

function heightOf(ratios: readonly number[], first: number, behind: number, shape: Shape): number {
  const { rowHeight } = shape;
  const high = freeHeight(ratios, first, behind, shape);
  return Math.round(Math.min(Math.max(high, rowHeight * leastHeight), rowHeight * maxGrowth));
}

function sumOf(ratios: readonly number[], first: number, behind: number): number {
  let sum = 0;
  for (let n = first; n < behind; n += 1) sum += ratios[n] ?? 0;
  return sum;
}
