import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { and, eq, inArray, sql } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import { setEnv } from "@/lib/env";
import { newId } from "@/lib/ids";
import { tileRatios } from "@/lib/images/tile-ratios";
import { imageRow } from "@/lib/testing/image-rows";
import { randomFrom } from "@/lib/testing/random";
import { onEachDriver } from "@/lib/testing/test-database";
import { database } from "./client";
import { albumImages, albums, images, months, searchCameras, searchRows, users } from "./schema";

beforeAll(async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-worked-out-"));
  setEnv({ DATA_DIR: folder, DATABASE_URL: "" });
  return async () => {
    database().close();
    await rm(folder, { recursive: true, force: true });
  };
});

onEachDriver(() => {
  test("whatever happens to pictures, what is worked out of them is as if counted anew", async () => {
    const { orm } = database();
    const at = new Date();
    const owners = [newId(), newId()];
    for (const id of owners)
      await orm
        .insert(users)
        .values({ id, name: "Ada", email: `${id}@example.org`, createdAt: at, updatedAt: at });
    const albumIds = [newId(), newId()];
    for (const [i, id] of albumIds.entries())
      await orm.insert(albums).values({ id, ownerId: owners[0] ?? "", name: `Album ${i}`, createdAt: at });
    const random = randomFrom(7);
    const pick = <T>(values: T[]): T => values[Math.floor(random() * values.length)] as T;
    const moment = () => new Date(pick([-1, 0, -62167219200000, 951782399999, Date.UTC(2026, 0, 31), 4e12]));
    const shape = () => ({ width: pick([1, 640, 480, 9999]), height: pick([1, 480, 640, 333]) });
    const nothing = <T>(column: string) => sql<T | null>`null`.as(column);
    const camera = () => pick([null, {}, { make: "Canon", model: "EOS R5" }, { model: "X100" }]);
    const ids: string[] = [];
    for (let step = 0; step < 400; step += 1) {
      const some = [pick([...ids, ""]), pick([...ids, ""]), pick([...ids, ""])];
      const which = inArray(images.id, some);
      const what = random();
      if (what < 0.4) {
        const row = imageRow(pick(owners), { capturedAt: moment(), ...shape(), facts: camera() });
        ids.push(row.id);
        await orm.insert(images).values(row);
      } else if (what < 0.5) await orm.update(images).set({ capturedAt: moment() }).where(which);
      else if (what < 0.53) await orm.update(images).set(shape()).where(which);
      else if (what < 0.54)
        await orm
          .update(images)
          .set({ title: `t${step}` })
          .where(which);
      else if (what < 0.55)
        await orm
          .update(images)
          .set({ capturedOrder: `o${step}` })
          .where(which);
      else if (what < 0.6) await orm.update(images).set({ facts: camera(), isFavourite: true }).where(which);
      else if (what < 0.7) await orm.update(images).set({ state: "trashed", deletedAt: at }).where(which);
      else if (what < 0.8) await orm.update(images).set({ state: "ready", deletedAt: null }).where(which);
      else if (what < 0.85)
        await orm
          .update(images)
          .set({ ownerId: pick(owners) })
          .where(which);
      else if (what < 0.86) await orm.update(albums).set({ ownerId: pick(owners) });
      else if (what < 0.88) await orm.delete(images).where(which);
      else if (what < 0.96)
        await orm
          .insert(albumImages)
          .select(
            orm
              .select({
                albumId: albums.id,
                imageId: images.id,
                position: sql<number>`0.0`.as("position"),
                capturedAt: nothing<Date>("captured_at"),
                capturedOrder: nothing<string>("captured_order"),
                title: nothing<string>("title"),
                ratio: nothing<number>("ratio"),
              })
              .from(images)
              .innerJoin(albums, eq(albums.id, pick(albumIds)))
              .where(which),
          )
          .onConflictDoNothing();
      else await orm.delete(albumImages).where(inArray(albumImages.imageId, some));
      if (step % 20 === 0) await expectRight();
    }
    await orm.delete(albums).where(eq(albums.id, albumIds[0] ?? ""));
    await expectRight();
    await orm.delete(users).where(inArray(users.id, owners));
    await expectRight();
    expect(await orm.select().from(searchRows).where(inArray(searchRows.imageId, ids))).toEqual([]);
  });

  test("a thousand pictures of one moment, and those of impossible ones, have a number each", async () => {
    const { orm } = database();
    const id = newId();
    const at = new Date();
    await orm.insert(users).values({ id, name: "Ada", email: `${id}@e.org`, createdAt: at, updatedAt: at });
    for (const capturedAt of [Date.UTC(2020, 1, 1), -8.64e15, 8.64e15, 253402300800000])
      for (let done = 0; done < 1200; done += 60)
        await orm
          .insert(images)
          .values(Array.from({ length: 60 }, () => imageRow(id, { capturedAt: new Date(capturedAt) })));
    const [counted] = await orm
      .select({ rows: sql<number>`count(*)` })
      .from(searchRows)
      .where(eq(searchRows.ownerId, id));
    expect(counted).toEqual({ rows: 4800 });
    await expectRight();
    await orm.delete(users).where(eq(users.id, id));
    expect(await orm.select().from(months).where(eq(months.ownerId, id))).toEqual([]);
  });
});

async function expectRight(): Promise<void> {
  const { orm } = database();
  const rows = await orm.select().from(images).where(eq(images.state, "ready"));
  const counted = new Map<string, { count: number; ratios: number }>();
  const cameras = new Map<string, number>();
  for (const { ownerId, capturedAt, width, height, facts } of rows) {
    const key = `${ownerId} ${monthOf(capturedAt.getTime())}`;
    const { count, ratios } = counted.get(key) ?? { count: 0, ratios: 0 };
    counted.set(key, { count: count + 1, ratios: ratios + ratioOf({ width, height }) });
    const { make = "", model = "" } = (facts ?? {}) as { make?: string; model?: string };
    const camera = `${make} ${model}`.trim();
    if (camera !== "") cameras.set(`${ownerId} ${camera}`, (cameras.get(`${ownerId} ${camera}`) ?? 0) + 1);
  }
  const kept = await orm.select().from(months);
  expect(
    new Map(
      kept.map(({ ownerId, startsAt, count, ratios }) => [
        `${ownerId} ${startsAt.getTime()}`,
        { count, ratios },
      ]),
    ),
  ).toEqual(counted);
  const keptCameras = await orm.select().from(searchCameras);
  expect(new Map(keptCameras.map(({ ownerId, camera, count }) => [`${ownerId} ${camera}`, count]))).toEqual(
    cameras,
  );
  const searchable = await orm.select({ id: searchRows.imageId }).from(searchRows);
  expect(searchable.map(({ id }) => id).toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
  const members = await orm
    .select()
    .from(albumImages)
    .innerJoin(albums, eq(albums.id, albumImages.albumId))
    .innerJoin(images, eq(images.id, albumImages.imageId));
  for (const { album_images: member, albums: album, images: image } of members) {
    const isShown = image.state === "ready" && image.ownerId === album.ownerId;
    const { capturedAt, capturedOrder, title, ratio } = member;
    expect({ capturedAt, capturedOrder, title, ratio }).toEqual({
      capturedAt: isShown ? image.capturedAt : null,
      capturedOrder: isShown ? image.capturedOrder : null,
      title: isShown ? image.title : null,
      ratio: isShown ? ratioOf(image) : null,
    });
  }
  // It throws where the index is not of these texts.
  await orm.run(sql`insert into search_index(search_index, rank) values ('integrity-check', 1)`);
  const without = await orm
    .select({ id: searchRows.imageId })
    .from(searchRows)
    .leftJoin(albumImages, eq(albumImages.imageId, searchRows.imageId))
    .where(and(sql`${albumImages.albumId} is null`));
  const marked = await orm.all<{ id: string }>(sql`select r.image_id as id from search_index as s
    join search_rows as r on r.number = s.rowid where s.text match ${'"\u0002\ue000\ue005"'}`);
  expect(marked.map(({ id }) => id).toSorted()).toEqual(without.map(({ id }) => id).toSorted());
}

const ratioOf = ({ width, height }: { width: number; height: number }): number =>
  Math.round(1000 * Math.min(Math.max(width / height, tileRatios.narrowest), tileRatios.widest));

/** As SQLite has it, which knows the years 0 to 9999. */
function monthOf(at: number): number {
  const date = new Date(Math.min(Math.max(at, -62167219200000), 253402300799999));
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth(), 1);
  return start.getTime();
}
