import fc from "fast-check";
import { expect, test } from "vitest";
import { layOutLines, maxLineGrowth, monthGap } from "./lines";
import { estimateHeight, layOutRows, leastHeight, maxGrowth, mostFree, type Shape } from "./rows";

const shapes = fc.record({
  width: fc.integer({ min: 300, max: 2600 }),
  rowHeight: fc.constantFrom(64, 96, 136, 208, 320),
  gap: fc.constant(4),
  leastMonthWidth: fc.constant(104),
});
const photographRatios = fc.array(fc.constantFrom(0.67, 0.75, 1, 1.33, 1.5, 1.78), {
  minLength: 1,
  maxLength: 200,
});
const anyRatios = fc.array(fc.double({ min: 0.2, max: 10, noNaN: true }), { minLength: 1, maxLength: 200 });

const endOf = (row: { starts: number[]; widths: number[] }) =>
  (row.starts.at(-1) ?? 0) + (row.widths.at(-1) ?? 0);

test("rows hold every tile once, in order, and each is full to the pixel but for an open end", () => {
  fc.assert(
    fc.property(
      anyRatios,
      shapes,
      fc.constantFrom("full" as const, "open" as const),
      (ratios, shape, end) => {
        const { rows, height } = layOutRows(ratios, shape, end);
        expect(rows.reduce((sum, { widths }) => sum + widths.length, 0)).toBe(ratios.length);
        let [first, top] = [0, 0];
        rows.forEach((row, n) => {
          expect([row.first, row.top]).toEqual([first, top]);
          first += row.widths.length;
          top += row.height + shape.gap;
          for (const number of [row.height, ...row.starts, ...row.widths])
            expect(Number.isInteger(number)).toBe(true);
          row.starts.forEach((start, at) => {
            expect(start).toBe(
              at === 0 ? 0 : (row.starts[at - 1] ?? 0) + (row.widths[at - 1] ?? 0) + shape.gap,
            );
          });
          if (end === "full" || n < rows.length - 1) expect(endOf(row)).toBe(shape.width);
          else expect(endOf(row)).toBeLessThanOrEqual(shape.width);
          expect(row.height).toBeGreaterThanOrEqual(Math.floor(shape.rowHeight * leastHeight));
          expect(row.height).toBeLessThanOrEqual(shape.rowHeight * maxGrowth);
        });
        expect(height).toBe(top);
      },
    ),
  );
});

test("the last row is as high as rows should be where much of it is free, else full", () => {
  fc.assert(
    fc.property(photographRatios, shapes, (ratios, shape) => {
      const last = layOutRows(ratios, shape, "open").rows.at(-1);
      if (last === undefined) throw new Error("no rows");
      const isFull = endOf(last) === shape.width;
      if (!isFull) expect(last.height).toBe(shape.rowHeight);
      if (!isFull)
        expect(shape.width - endOf(last)).toBeGreaterThan(shape.width * mostFree - last.widths.length);
    }),
  );
});

test("the first rows stay as they are when more pictures come", () => {
  fc.assert(
    fc.property(photographRatios, photographRatios, shapes, (ratios, more, shape) => {
      const before = layOutRows(ratios, shape, "open").rows.slice(0, -1);
      const after = layOutRows([...ratios, ...more], shape, "open").rows;
      expect(after.slice(0, before.length)).toEqual(before);
    }),
  );
});

test("of a chunk with more behind it also the last row is about as high as the others", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(0.75, 1.33, 1.5), { minLength: 60, maxLength: 200 }),
      fc.constantFrom<Shape>(
        { width: 1366, rowHeight: 208, gap: 4, leastMonthWidth: 104 },
        { width: 2500, rowHeight: 256, gap: 4, leastMonthWidth: 104 },
      ),
      (ratios, shape) => {
        for (const { height } of layOutRows(ratios, shape, "full").rows)
          expect(height / shape.rowHeight).toBeLessThan(1.6);
      },
    ),
  );
});

test("what is not here is estimated, on average within a tenth of what it will be", () => {
  const some = [0.67, 0.75, 1, 1.33, 1.33, 1.5, 1.5, 1.78];
  const ratios = Array.from(
    { length: 4000 },
    (_, n) => some[(n * 7919 + ((n * n) % 104_729)) % some.length] ?? 1,
  );
  for (const [width, rowHeights] of [
    [360, [64, 96, 160]],
    [390, [64, 96, 160]],
    [820, [112, 160, 240]],
    [1376, [136, 208, 320]],
    [2490, [176, 256, 384]],
  ] as const)
    for (const rowHeight of rowHeights) {
      const shape = { width, rowHeight, gap: 4, leastMonthWidth: 104 };
      let [estimated, real] = [0, 0];
      for (let n = 0; n < ratios.length; n += 100) {
        const chunk = ratios.slice(n, n + 100);
        estimated += estimateHeight(
          chunk.reduce((all, ratio) => all + ratio, 0),
          chunk.length,
          shape,
        );
        real += layOutRows(chunk, shape, "full").height;
      }
      // Where a row holds one picture or two, chance has more of a say.
      expect(Math.abs(estimated / real - 1), `${width} ${rowHeight}`).toBeLessThan(
        width < 3 * rowHeight ? 0.2 : 0.1,
      );
    }
});

test("months of few pictures share lines that end within the page, each as high as the other", () => {
  const months = fc.array(
    fc.record({ count: fc.integer({ min: 1, max: 40 }), mean: fc.constantFrom(0.75, 1.33, 1.5) }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(months, shapes, (some, shape) => {
      const all = some.map(({ count, mean }) => ({ count, ratios: count * mean }));
      const lines = layOutLines(all, shape);
      let first = 0;
      lines.forEach((line, n) => {
        expect(line.first).toBe(first);
        first = lines[n + 1]?.first ?? all.length;
        expect(first - line.first).toBe(line.shares?.length ?? 1);
        line.shares?.forEach((share, at) => {
          const before = line.shares?.[at - 1];
          if (before)
            expect(Math.abs(share.start - before.start - before.width - monthGap)).toBeLessThanOrEqual(1);
          expect(share.height).toBe(line.shares?.[0]?.height);
          expect(share.start + share.width).toBeLessThanOrEqual(shape.width);
          expect(share.height).toBeLessThanOrEqual(Math.ceil(shape.rowHeight * maxLineGrowth));
        });
      });
      expect(first).toBe(all.length);
    }),
  );
});
