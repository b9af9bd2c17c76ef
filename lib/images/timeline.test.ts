import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { imageRow } from "@/lib/testing/image-rows";
import { onEachDriver } from "@/lib/testing/test-database";
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
