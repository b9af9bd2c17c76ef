import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { addImage } from "@/lib/testing/image-rows";
import { onEachDriver, plansOf, useDriver } from "@/lib/testing/test-database";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { readUnedited } from "./captured";
import { maxImagesPerAction } from "./contract";
import { dateEditShape, earlierDatesShape, editDates, restoreDates } from "./edit-dates";
import { readFacts } from "./facts";
import { type ImageRow, listImages } from "./gallery";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;
beforeAll(async () => {
  pail = await startTestPail();
});
beforeEach(async () => {
  viewer = await addViewer();
});
afterAll(() => pail.stop());

const taken = {
  capturedAt: new Date("2024-07-01T00:30:00.123Z"),
  capturedZoneMinutes: 120,
  capturedOrder: "456 img_12\tjpg",
  capturedSource: "picture",
  facts: { model: "X100V", iso: 160 },
} as const;
const rowOf = async (id: string): Promise<ImageRow> => {
  const [row] = await database().orm.select().from(images).where(eq(images.id, id));
  if (row === undefined) throw new Error("no such picture");
  return row;
};
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code: string }) => error.code,
  );
const set = (ids: string[], at: string, zone: "kept" | "none" = "kept") =>
  editDates(viewer, { edit: "set", ids, at, zone });
const shift = (ids: string[], minutes: number) => editDates(viewer, { edit: "shift", ids, minutes });
const reset = (ids: string[]) => editDates(viewer, { edit: "reset", ids });

onEachDriver(() => {
  test("sets a date, keeps its zone or none, and what the file said", async () => {
    const { id } = await addImage(viewer.id, taken);
    await set([id], "2019-05-06T07:08");
    expect(await rowOf(id)).toMatchObject({
      ...{ capturedAt: new Date("2019-05-06T07:08:00Z"), capturedZoneMinutes: 120, isDateEdited: true },
      ...{ capturedOrder: "000 img_12\tjpg", capturedSource: "picture" },
    });
    await set([id], "2019-05-06T07:08:09", "none");
    const row = await rowOf(id);
    expect(row).toMatchObject({ capturedAt: new Date("2019-05-06T07:08:09Z"), capturedZoneMinutes: null });
    expect(readFacts(row.facts)).toEqual(taken.facts);
    expect(readUnedited(row.facts)).toEqual({
      ...{ at: taken.capturedAt.getTime(), zoneMinutes: 120, order: taken.capturedOrder, source: "picture" },
    });
  });

  test.each([["picture"], ["file"], ["sidecar"], ["added"]] as const)(
    "goes back to the date of before: %s",
    async (capturedSource) => {
      const before = await addImage(viewer.id, { ...taken, capturedSource });
      await set([before.id], "2019-05-06T07:08", "none");
      await shift([before.id], 60);
      await reset([before.id]);
      expect(await rowOf(before.id)).toEqual(before);
      // What nobody has edited is as its file has it.
      await reset([before.id]);
      expect(await rowOf(before.id)).toEqual(before);
    },
  );

  test("shifts many, each from its own date, and undoes exactly that", async () => {
    const first = await addImage(viewer.id, taken);
    const second = await addImage(viewer.id, {
      ...taken,
      facts: null,
      capturedAt: new Date(1e12),
      capturedOrder: "",
    });
    await set([second.id], "2020-01-01T00:00");
    const between = await rowOf(second.id);
    const earlier = await shift([first.id, second.id], -90);
    expect((await rowOf(first.id)).capturedAt).toEqual(new Date("2024-06-30T23:00:00.123Z"));
    expect((await rowOf(first.id)).capturedOrder).toBe(taken.capturedOrder);
    expect((await rowOf(second.id)).capturedAt).toEqual(new Date("2019-12-31T22:30:00Z"));
    await restoreDates(viewer, earlierDatesShape.parse(JSON.parse(JSON.stringify(earlier))));
    expect(await rowOf(first.id)).toEqual(first);
    expect(await rowOf(second.id)).toEqual(between);
  });

  test("pictures that get the same date stand in the order of their names", async () => {
    const orders = ["900 img_13\tjpg", "000 img_15\tjpg", "100 img_210\tjpg"];
    const ids: string[] = [];
    for (const capturedOrder of orders) ids.push((await addImage(viewer.id, { ...taken, capturedOrder })).id);
    await set(ids, "2019-05-06T07:08");
    const { images: shown } = await listImages(viewer, null);
    expect(shown.map(({ capturedOrder }) => capturedOrder)).toEqual([
      "000 img_210\tjpg",
      "000 img_15\tjpg",
      "000 img_13\tjpg",
    ]);
  });

  test.each([
    "10000-01-01T00:00",
    "0000-01-01T00:00",
    "0000-00-00T00:00",
    "2021-02-30T12:00",
    "2021-13-01T12:00",
    "2021-12-01T24:00",
    "1825-12-31T23:59",
    "2999-01-01T00:00",
    "2021-12-01",
    "yesterday",
    "",
  ])("no picture is of %s", async (at) => {
    const before = await addImage(viewer.id, taken);
    expect(await failureOf(set([before.id], at))).toBe("no_date");
    expect(await rowOf(before.id)).toEqual(before);
  });

  test("a shift that is too far for one of them changes none", async () => {
    const old = await addImage(viewer.id, { ...taken, capturedAt: new Date("1900-01-01T00:00:00Z") });
    const recent = await addImage(viewer.id, { ...taken, capturedAt: new Date(Date.now() - 86_400_000) });
    const both = [old.id, recent.id];
    const year = 366 * 24 * 60;
    for (const minutes of [3 * 24 * 60, -75 * year, 1e9, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])
      expect(await failureOf(shift(both, minutes))).toBe("shift_too_far");
    expect(await rowOf(old.id)).toEqual(old);
    expect(await rowOf(recent.id)).toEqual(recent);
    await shift(both, -60);
    expect((await rowOf(recent.id)).capturedAt).toEqual(new Date(recent.capturedAt.getTime() - 3_600_000));
  });

  test("of pictures of others, in the trash, or of none it changes nothing", async () => {
    const stranger = await addViewer();
    const theirs = await addImage(stranger.id, taken);
    const trashed = await addImage(viewer.id, { ...taken, state: "trashed", deletedAt: new Date() });
    const own = await addImage(viewer.id, taken);
    const others = [theirs.id, trashed.id, newId()];
    expect(await failureOf(shift(others, 60))).toBe("not_found");
    expect((await shift([...others, own.id], 60)).map(({ id }) => id)).toEqual([own.id]);
    await restoreDates(stranger, [{ ...(await shift([own.id], 60))[0], id: own.id } as never]);
    expect((await rowOf(own.id)).capturedAt).toEqual(new Date(taken.capturedAt.getTime() + 7_200_000));
    expect(await rowOf(theirs.id)).toEqual(theirs);
    expect(await rowOf(trashed.id)).toEqual(trashed);
  });

  test("an undo brings back no text that no database can give again", async () => {
    const { id } = await addImage(viewer.id, taken);
    const [earlier] = await shift([id], 5);
    for (const capturedOrder of ["456 img_12\ud800\tjpg", "456 img_12\0jpg"])
      expect(earlierDatesShape.safeParse([{ ...earlier, capturedOrder }]).success).toBe(false);
    expect(earlierDatesShape.safeParse([earlier]).success).toBe(true);
  });

  test("takes as many as an action may have", async () => {
    const ids = Array.from({ length: maxImagesPerAction - 1 }, newId);
    const { id } = await addImage(viewer.id, taken);
    const edit = dateEditShape.parse({ edit: "shift", ids: [...ids, id], minutes: 1 });
    const earlier = await editDates(viewer, edit);
    expect(earlier.map((date) => date.id)).toEqual([id]);
    expect(dateEditShape.safeParse({ ...edit, ids: [...edit.ids, newId()] }).success).toBe(false);
    expect(dateEditShape.safeParse({ ...edit, minutes: Number.NaN }).success).toBe(false);
    expect(earlierDatesShape.safeParse([{ ...earlier[0], capturedAt: 8.64e15 }]).success).toBe(false);
  });
});

test("an undo looks each picture up once, and goes through what it was given once", async () => {
  await useDriver("better-sqlite3");
  const { facts: _, ...date } = taken;
  const earlier = { id: newId(), ...date, capturedAt: taken.capturedAt.getTime(), isDateEdited: false };
  for (const plan of await plansOf(() => restoreDates(viewer, [earlier]))) {
    expect(plan).toMatch(
      /^SCAN j VIRTUAL TABLE.*\nSEARCH images USING INDEX sqlite_autoindex_images_1 \(id=\?\)/,
    );
    expect(plan).not.toMatch(/SUBQUERY/);
  }
});
