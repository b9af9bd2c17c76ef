import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { imageRow } from "@/lib/testing/image-rows";
import { randomFrom } from "@/lib/testing/random";
import { onEachDriver, plansOf, useDriver } from "@/lib/testing/test-database";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { timelineOrders } from "./contract";
import { listImages } from "./gallery";
import {
  getPart,
  getTimeline,
  listSections,
  listSizes,
  maxIdsPerRange,
  partShape,
  rangeShape,
} from "./timeline";
import { restoreImage, trashImage } from "./trash";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;

beforeAll(async () => {
  pail = await startTestPail();
});
beforeEach(async () => {
  viewer = await addViewer();
});
afterAll(() => pail.stop());

const march = Date.UTC(2024, 2, 1);
const may = Date.UTC(2024, 4, 1);

/** Pictures of these moments, all of one shape; returns their ids, the newest first. */
async function addAt(...moments: number[]): Promise<string[]> {
  const rows = moments.map((at, i) =>
    imageRow(viewer.id, { capturedAt: new Date(at), capturedOrder: String(i), width: 600, height: 400 }),
  );
  await database().orm.insert(images).values(rows);
  return (await listImages(viewer, null)).images.map(({ id }) => id);
}

onEachDriver(() => {
  describe.each(timelineOrders)("%s first", (order) => {
    const inOrder = (ids: string[]) => (order === "newest" ? ids : ids.toReversed());

    test("months are known with their counts and room, and the first pictures come along", async () => {
      const ids = await addAt(may, may + 5000, march, march + 1, march + 30 * 86_400_000);
      const sections = [
        { startsAt: may, count: 2, ratios: 3000 },
        { startsAt: march, count: 3, ratios: 4500 },
      ];
      const expected = order === "newest" ? sections : sections.toReversed();
      const timeline = await getTimeline(viewer, order, 4);
      expect(timeline).toMatchObject({ order, sections: expected });
      expect(timeline.first.map(({ id }) => id)).toEqual(inOrder(ids).slice(0, 4));
      expect(await listSections(viewer, { order })).toEqual({ order, sections: expected });
      expect(await getTimeline(await addViewer(), order)).toEqual({ order, sections: [], first: [] });
    });

    test("each part of a month, or of all, is what stands there", async () => {
      const ids = inOrder(await addAt(...Array.from({ length: 50 }, (_, i) => march + i * 2 * 86_400_000)));
      const { sections } = await listSections(viewer, { order });
      let index = 0;
      for (const { startsAt, count } of sections) {
        for (let offset = 0; offset < count; offset += 4) {
          const part = await getPart(viewer, { order, section: startsAt ?? 0, offset, limit: 4 });
          expect(part.count).toBe(count);
          const expected = ids.slice(index + offset, index + Math.min(offset + 4, count));
          expect(part.images.map(({ id }) => id)).toEqual(expected);
        }
        index += count;
      }
      for (const offset of [0, 1, 15, 16, 17, 31, 49, 50, 1000]) {
        const part = await getPart(viewer, { order, section: "all", offset, limit: 9 });
        expect(part.count).toBe(50);
        expect(part.images.map(({ id }) => id)).toEqual(ids.slice(offset, offset + 9));
        const sizes = await listSizes(viewer, { order, from: offset, to: offset + 20 });
        expect(sizes.map(({ id }) => id)).toEqual(ids.slice(offset, offset + 21));
      }
      expect(await listSizes(viewer, { order, from: 3, to: 3 })).toEqual([{ id: ids[3], bytes: 1000 }]);
      const other = await addViewer();
      expect(await getPart(other, { order, section: march, offset: 0, limit: 9 })).toEqual({
        images: [],
        count: 0,
      });
      expect(await listSizes(other, { order, from: 0, to: 100 })).toEqual([]);
    });

    test("a part is the same from whichever end it is read, whatever comes and goes", async () => {
      const random = randomFrom(order === "newest" ? 3 : 4);
      const below = (most: number) => Math.floor(random() * most);
      // Few moments and orders within them, so that most of it is decided by the id.
      const moments = [march, march + 1, march + 86_400_000, may, may + 5000, -8.64e15, 8.64e15];
      const here = new Map<string, { at: number; within: string }>();
      for (let step = 0; step < 40; step += 1) {
        const rows = Array.from({ length: step === 0 ? 250 : below(4) }, () => {
          const row = { capturedAt: new Date(moments[below(7)] ?? 0), capturedOrder: "ab".charAt(below(3)) };
          return imageRow(viewer.id, row);
        });
        if (rows.length > 0) await database().orm.insert(images).values(rows);
        for (const { id, capturedAt, capturedOrder = "" } of rows)
          here.set(id, { at: capturedAt.getTime(), within: capturedOrder });
        for (const id of step === 0 ? [] : [...here.keys()].filter(() => random() < 0.02)) {
          await trashImage(viewer, id);
          here.delete(id);
        }
        const ids = inOrder(
          [...here]
            .sort(
              ([a, one], [b, other]) =>
                one.at - other.at || compare(one.within, other.within) || compare(a, b),
            )
            .map(([id]) => id)
            .reverse(),
        );
        const ofAll = { order, section: "all" as const };
        const [from, limit] = [below(ids.length + 5), 1 + below(30)];
        const expected = ids.slice(from, from + limit);
        const part = await getPart(viewer, { ...ofAll, offset: from, limit });
        expect([part.images.map(({ id }) => id), part.count]).toEqual([expected, ids.length]);
        const sizes = await listSizes(viewer, { order, from, to: from + limit - 1 });
        expect(sizes.map(({ id }) => id)).toEqual(expected);
        let before = 0;
        for (const { startsAt, count } of (await listSections(viewer, { order })).sections) {
          const month = ids.slice(before, before + count);
          before += count;
          for (const offset of [below(count), count - 1, count, count + 1 + below(9), Math.ceil(count / 2)]) {
            const asked = { order, section: startsAt ?? 0, offset, limit };
            const { images, ...rest } = await getPart(viewer, asked);
            expect(rest.count).toBe(count);
            expect(images.map(({ id }) => id)).toEqual(month.slice(offset, offset + limit));
          }
        }
        expect(before).toBe(ids.length);
      }
      const gone = { order, section: Date.UTC(1999, 0, 1), limit: 9 };
      for (const offset of [0, 5])
        expect(await getPart(viewer, { ...gone, offset })).toEqual({ images: [], count: 0 });
    });

    test("what is of years that a month cannot be of stands at the ends", async () => {
      const ids = inOrder(await addAt(-8.64e15, march, 8.64e15, Date.UTC(10_000, 0, 1)));
      const { sections } = await listSections(viewer, { order });
      const parts = await Promise.all(
        sections.map(({ startsAt, count }) =>
          getPart(viewer, { order, section: startsAt ?? 0, offset: 0, limit: count + 1 }),
        ),
      );
      expect(parts.map(({ count }) => count)).toEqual(sections.map(({ count }) => count));
      expect(parts.flatMap(({ images }) => images.map(({ id }) => id))).toEqual(ids);
      expect((await listSizes(viewer, { order, from: 0, to: 9 })).map(({ id }) => id)).toEqual(ids);
    });
  });

  test("what is deleted is not counted, and what is brought back is", async () => {
    const [id = ""] = await addAt(may, may + 1);
    await trashImage(viewer, id);
    expect((await listSections(viewer, { order: "newest" })).sections).toMatchObject([{ count: 1 }]);
    await restoreImage(viewer, id);
    expect((await listSections(viewer, { order: "newest" })).sections).toMatchObject([{ count: 2 }]);
  });
});

test("the end of a month is read from its end", async () => {
  await useDriver("better-sqlite3");
  const asked = { order: "newest" as const, section: march, offset: 5, limit: 9 };
  const plan = (await plansOf(() => getPart(viewer, asked))).join("\n");
  expect(plan).toContain(
    "images USING INDEX images_gallery (owner_id=? AND captured_at>? AND (captured_at,captured_order,id)<(?,?,?))",
  );
  const walks = "images USING COVERING INDEX images_gallery (owner_id=? AND captured_at>? AND captured_at<?)";
  expect(plan.split(walks)).toHaveLength(3);
  expect(plan).not.toContain("TEMP B-TREE");
});

/** As SQLite compares texts of these. */
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

test("what is asked for is bounded", () => {
  expect(partShape.parse({ section: "all" })).toEqual({
    order: "newest",
    section: "all",
    offset: 0,
    limit: 200,
  });
  expect(partShape.parse({ section: "-1", offset: "3", limit: "2" })).toMatchObject({
    section: -1,
    offset: 3,
  });
  for (const wrong of [
    { section: "1e99" },
    { section: "x" },
    { section: "all", offset: "-1" },
    { section: "all", limit: "201" },
    { section: "all", limit: "1.5" },
    { section: "all", order: "hand" },
    {},
  ])
    expect(partShape.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  const range = (from: number, to: number) => rangeShape.safeParse({ from, to }).success;
  expect([range(0, 0), range(5, 4 + maxIdsPerRange)]).toEqual([true, true]);
  expect([range(1, 0), range(5, 5 + maxIdsPerRange), range(-1, 1)]).toEqual([false, false, false]);
});
