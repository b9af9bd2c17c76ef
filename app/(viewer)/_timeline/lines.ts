// Where months stand. It follows from what is known of them before their pictures are: small ones share a line.
import type { Shape } from "./rows";

/** A line of several months becomes at most so much higher than a row should be in order to be full. */
export const maxLineGrowth = 1.5;
/** Between two months on a line. */
export const monthGap = 12;
/** So that what a browser rounds does not break a line within a month. */
export const slack = 1;

/** What a line needs to know of a month. */
export interface Month {
  count: number;
  /** width by height of all its tiles together */
  ratios: number;
}

/** A month's place on a line of several. Its pictures are one row. */
export interface Share {
  start: number;
  width: number;
  /** of the row of pictures */
  height: number;
}

/** A line is one month that takes rows of its own, or as many small ones as it holds, each with its share. */
export interface Line {
  first: number;
  shares: Share[] | null;
}

export function layOutLines(months: readonly Month[], shape: Shape): Line[] {
  const lines: Line[] = [];
  let open: { first: number; used: number } | null = null;
  const close = (behind: number) => {
    if (open !== null)
      lines.push({ first: open.first, shares: sharesOf(months.slice(open.first, behind), shape) });
    open = null;
  };
  months.forEach((month, n) => {
    const natural = naturalWidth(month, shape);
    if (natural > shape.width) {
      close(n);
      lines.push({ first: n, shares: null });
      return;
    }
    if (open !== null && open.used + monthGap + natural > shape.width) close(n);
    if (open === null) open = { first: n, used: natural };
    else open.used += monthGap + natural;
  });
  close(months.length);
  return lines;
}

/** Of a month alone; a narrow one is as wide as its name. */
const ratiosOnLine = ({ ratios }: Month, { rowHeight, leastMonthWidth }: Shape): number =>
  Math.max(ratios, leastMonthWidth / rowHeight);

const naturalWidth = (month: Month, shape: Shape): number =>
  ratiosOnLine(month, shape) * shape.rowHeight + (month.count - 1) * shape.gap + slack;

function sharesOf(months: readonly Month[], shape: Shape): Share[] {
  const all = months.reduce((sum, month) => sum + ratiosOnLine(month, shape), 0);
  const gaps = months.reduce(
    (sum, { count }) => sum + (count - 1) * shape.gap,
    (months.length - 1) * monthGap,
  );
  const height = Math.min((shape.width - gaps) / all, shape.rowHeight * maxLineGrowth);
  let start = 0;
  return months.map((month) => {
    const end = start + ratiosOnLine(month, shape) * height + (month.count - 1) * shape.gap;
    const share = {
      start: Math.round(start),
      width: Math.round(end) - Math.round(start),
      height: Math.round(height),
    };
    start = end + monthGap;
    return share;
  });
}
