import { mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newId } from "@/lib/ids";
import { imageRow } from "@/lib/testing/image-rows";
import { connectLibsqlFile, openLibsqlFile } from "@/lib/testing/libsql-file";
import { type Database, openDatabase } from "../client";
import { migrate } from "../migrate";
import { albumImages, albums, images, installation, sessions, users } from "../schema";
import { type Connection, connectFile } from "./connection";
import { copyDatabase } from "./copy";
import { RowsDigest } from "./tables";

const ways = {
  "file to libSQL": [openDatabase, connectFile, openLibsqlFile, connectLibsqlFile],
  "libSQL to file": [openLibsqlFile, connectLibsqlFile, openDatabase, connectFile],
} as const;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-copy-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each(Object.keys(ways) as (keyof typeof ways)[])("%s", (way) => {
  const [openFrom, connectFrom, openTo, connectTo] = ways[way];
  const fileFrom = () => path.join(folder, "from.sqlite");
  const fileTo = () => path.join(folder, "to.sqlite");
  const argument = (connect: (place: string) => unknown, file: string) =>
    connect === connectLibsqlFile ? `file:${file}` : file;
  const from = async () => await connectFrom(argument(connectFrom, fileFrom()));
  const to = async () => await connectTo(argument(connectTo, fileTo()));

  async function copy(change: (to: Connection) => Connection = (it) => it): Promise<Record<string, number>> {
    const [source, target] = [await from(), await to()];
    try {
      return await copyDatabase(source, change(target));
    } finally {
      source.close();
      target.close();
    }
  }

  async function makeSource(pictures: number): Promise<{ owner: string; close(): void; db: Database }> {
    const db = openFrom(`file:${fileFrom()}`);
    await migrate(db);
    await db.orm.insert(installation).values({ one: 1, id: newId() });
    const at = new Date();
    const owner = newId();
    const person = {
      name: "A'da\n“한글”; --",
      email: `${owner}@example.org`,
      createdAt: at,
      updatedAt: at,
    };
    await db.orm.insert(users).values({ ...person, id: owner });
    await db.orm
      .insert(sessions)
      .values({ id: newId(), userId: owner, token: "sha256:x", expiresAt: at, createdAt: at, updatedAt: at });
    const album = { id: newId(), ownerId: owner, name: "Fjord; drop", createdAt: at };
    await db.orm.insert(albums).values(album);
    for (let done = 0; done < pictures; done += 20) {
      const rows = Array.from({ length: Math.min(20, pictures - done) }, () => imageRow(owner));
      await db.orm.insert(images).values(rows);
      await db.orm.insert(albumImages).values(rows.map(({ id }) => ({ albumId: album.id, imageId: id })));
    }
    return { owner, close: () => db.close(), db };
  }

  test("every row arrives as it was, sums stay right, and Pail goes on there", async () => {
    const { owner, db } = await makeSource(1203);
    const usedBefore = await usedBytes(db, owner);
    db.close();
    const rows = await copy();
    expect(rows).toMatchObject({ users: 1, sessions: 1, images: 1203, album_images: 1203, installation: 1 });
    const there = openTo(`file:${fileTo()}`);
    await migrate(there);
    expect(await usedBytes(there, owner)).toBe(usedBefore);
    await there.orm.insert(images).values({ ...imageRow(owner), storedBytes: 7 });
    expect(await usedBytes(there, owner), "triggers work there").toBe(usedBefore + 7);
    expect(await counted(there), "nothing was counted twice").toEqual({ months: 1204, found: 1204 });
    await there.orm.run(sql`insert into search_index(search_index, rank) values ('integrity-check', 1)`);
    await there.orm.delete(users).where(eq(users.id, owner));
    expect(await there.orm.select().from(albumImages), "and foreign keys").toEqual([]);
    expect(await counted(there)).toEqual({ months: null, found: 0 });
    const objects = (of: Database) =>
      of.orm.all(sql`select name, sql from sqlite_master where name not like 'sqlite_%' order by name`);
    const source = openFrom(`file:${fileFrom()}`);
    expect(await objects(there)).toEqual(await objects(source));
    source.close();
    there.close();
  });

  test("one moment is copied, whatever is written meanwhile", async () => {
    const { owner, db } = await makeSource(40);
    // As a server has it.
    await db.orm.run(sql`pragma journal_mode = WAL`);
    const target = await to();
    const source = await from();
    let added = 0;
    const rows = await copyDatabase(source, {
      ...target,
      write: async (statements) => {
        const id = newId();
        await db.orm.insert(images).values({ ...imageRow(owner), id });
        added += 1;
        await target.write(statements);
      },
    });
    expect(added).toBeGreaterThan(5);
    expect(rows).toMatchObject({ images: 40 });
    db.close();
    source.close();
    target.close();
    const there = openTo(`file:${fileTo()}`);
    const stored = await there.orm.select({ bytes: images.storedBytes }).from(images);
    expect(await usedBytes(there, owner)).toBe(stored.reduce((sum, { bytes }) => sum + bytes, 0));
    there.close();
  });

  test("what was cut short is no database of Pail, and is copied by running it again", async () => {
    const { db } = await makeSource(30);
    const indexes = (
      await db.orm.all(sql`select 1 from sqlite_master where type = 'index' and sql is not null`)
    ).length;
    db.close();
    let writes = 0;
    const cutAt = (last: number) =>
      copy((target) => ({
        ...target,
        write: async (statements) => {
          writes += 1;
          if (writes > last) throw new Error("cut");
          await target.write(statements);
        },
      }));
    // The tables, the last rows, the last index, and all but the last batch.
    const all = await cutAt(Number.POSITIVE_INFINITY).then(() => writes);
    await rm(fileTo());
    for (const last of [1, all - indexes - 2, all - 2, all - 1]) {
      writes = 0;
      await expect(cutAt(last)).rejects.toThrow("cut");
      const half = openTo(`file:${fileTo()}`);
      await expect(migrate(half), `after ${last} writes nobody goes on with half of it`).rejects.toThrow();
      half.close();
    }
    expect(await copy()).toMatchObject({ images: 30, album_images: 30 });
  });

  test("what is not empty stays as it is; what only a new Pail was started on counts as empty", async () => {
    const { db } = await makeSource(3);
    db.close();
    const other = openTo(`file:${fileTo()}`);
    await migrate(other);
    other.close();
    expect(await copy()).toMatchObject({ images: 3 });
    const again = copy();
    await expect(again).rejects.toMatchObject({ code: "not_empty" });
    await expect(again).rejects.toThrow(/to\.sqlite is not empty: it has the table users\./);
    const there = openTo(`file:${fileTo()}`);
    expect(await there.orm.select().from(images)).toHaveLength(3);
    await there.orm.run(sql`create table strangers (id text)`);
    for (const table of [albumImages, images, albums, sessions, users]) await there.orm.delete(table);
    there.close();
    await expect(copy(), "an empty table of somebody else").rejects.toThrow(/table strangers/);
  });

  test("a row that does not arrive as it was is found", async () => {
    const { db } = await makeSource(3);
    db.close();
    const changed = copy((target) => ({
      ...target,
      write: (statements) =>
        target.write(
          statements.map(({ sql: text, args = [] }) => ({
            sql: text,
            args: text.startsWith('insert into "albums"') ? args.map((value) => value ?? "") : args,
          })),
        ),
      read: async (text, args) =>
        (await target.read(text, args)).map((row) =>
          text.includes('from "albums"')
            ? row.map((value) => (value === "Fjord; drop" ? "Fjord" : value))
            : row,
        ),
    }));
    await expect(changed).rejects.toMatchObject({ code: "copy_differs" });
  });
});

async function counted({ orm }: Database) {
  const [row] = await orm.all(sql`select (select sum(count) from months) as months,
    (select count(*) from search_index where text match 'lake') as found`);
  return row;
}

test("a new file is for its owner's eyes only", async () => {
  const { run } = await import("@/lib/testing/command-line");
  const db = openDatabase(`file:${path.join(folder, "a.sqlite")}`);
  await migrate(db);
  db.close();
  const target = path.join(folder, "b.sqlite");
  const { code, out } = await run(["db", "copy", `file:${path.join(folder, "a.sqlite")}`, `file:${target}`]);
  expect([code, out]).toEqual([0, expect.stringContaining("Copied ")]);
  expect((await stat(target)).mode & 0o777).toBe(0o600);
});

test("a token is not printed, whatever goes wrong", async () => {
  const { run } = await import("@/lib/testing/command-line");
  const db = openDatabase(`file:${path.join(folder, "a.sqlite")}`);
  await migrate(db);
  db.close();
  const from = `file:${path.join(folder, "a.sqlite")}`;
  for (const to of [
    "http://127.0.0.1:9/?authToken=SECRET",
    "libsql://127.0.0.1:9?authToken=SECRET&odd=SECRET2&tls=0",
  ]) {
    const { code, out, err } = await run(["db", "copy", from, to]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^The database at (http|libsql):\/\/127\.0\.0\.1:9 .*\n$/);
    expect(err).not.toContain("SECRET");
  }
});

test("values that differ in type alone have different digests", () => {
  const digests = [[1n], [1], ["1"], [null], [""], [new Uint8Array([1])], ["1", ""], ["", "1"]].map((row) => {
    const digest = new RowsDigest();
    digest.add([row]);
    return digest.result().sha256;
  });
  expect(new Set(digests).size).toBe(digests.length);
});

const usedBytes = async (db: Database, id: string): Promise<number> => {
  const [row] = await db.orm.select({ used: users.usedBytes }).from(users).where(eq(users.id, id));
  return row?.used ?? -1;
};
