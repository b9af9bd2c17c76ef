import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import BetterSqlite from "better-sqlite3";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLibsqlFile } from "@/lib/testing/libsql-file";
import { type Database, openDatabase } from "./client";
import { migrate } from "./migrate";
import { images, months, sessions, uploads, users } from "./schema";
import { storedToken } from "./session-tokens";

const folderOfTables = path.resolve(import.meta.dirname, "../testing/older-tables");
/** A file for each state of the tables that was released, named after its last migration. What is there stays as it is. */
const releases = readdirSync(folderOfTables).toSorted();
const drivers = { "better-sqlite3": openDatabase, libsql: openLibsqlFile };

test("each release's tables are kept", () => {
  expect(releases.length).toBeGreaterThanOrEqual(11);
});

describe.each(releases)("the tables of %s", (release) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "pail-older-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(Object.keys(drivers) as (keyof typeof drivers)[])(
    "are brought up to date on %s, and nothing in them is lost",
    async (driver) => {
      const file = path.join(folder, `${driver}.sqlite`);
      const sqlite = new BetterSqlite(file);
      // The tables are in the order of their names.
      sqlite.pragma("foreign_keys = OFF");
      sqlite.exec(readFileSync(path.join(folderOfTables, release), "utf8"));
      sqlite.close();
      const db = drivers[driver](`file:${file}`);
      await migrate(db);
      await migrate(db);

      expect(await db.orm.select().from(users)).toMatchObject([
        { id: "ann", email: "ann@example.org", role: "admin", usedBytes: 3 * 1000 + 530 },
      ]);
      const [session] = await db.orm.select().from(sessions);
      expect(session?.token).toBe(storedToken("a-token-as-it-is"));
      const rows = await db.orm.select().from(images).orderBy(images.id);
      expect(rows.map(({ id, title, state }) => [id, title, state])).toEqual([
        ["i1", "Lake i1", "ready"],
        ["i2", "Lake i2", "ready"],
        ["i3", "Lake i3", "trashed"],
      ]);
      expect(rows[0]?.keys).toEqual({
        original: "media/i1/original.jpg",
        thumb: "media/i1/thumb.webp",
        display: "media/i1/display.webp",
      });
      expect(await db.orm.select().from(uploads)).toMatchObject([{ id: "u1", state: "pending" }]);
      // What has a trigger is still watched.
      await db.orm.update(uploads).set({ reservedBytes: 0 }).where(eq(uploads.id, "u1"));
      await db.orm.delete(images).where(eq(images.id, "i3"));
      expect(await db.orm.select({ used: users.usedBytes }).from(users)).toEqual([{ used: 2000 }]);
      // What is worked out of pictures is there for those that were there before.
      expect(await db.orm.select({ count: months.count }).from(months)).toEqual([{ count: 2 }]);
      const found = await db.orm.all<{ id: string }>(sql`select r.image_id as id from search_index as s
        join search_rows as r on r.number = s.rowid where s.text match 'ake' order by s.rowid`);
      expect(found.map(({ id }) => id)).toEqual(["i1", "i2"]);
      expect(
        await db.orm.all(sql`select i.id from album_images as m join images as i on i.id = m.image_id
          where (m.captured_at, m.captured_order, m.title, m.ratio) is not (i.captured_at, i.captured_order, i.title, 1333)`),
      ).toEqual([]);
      await db.orm.run(sql`insert into search_index(search_index, rank) values ('integrity-check', 1)`);
      expect(await tablesOf(db)).toEqual(await freshTables(folder, driver));
      db.close();
    },
  );
});

async function freshTables(folder: string, driver: keyof typeof drivers) {
  const db = drivers[driver](`file:${path.join(folder, `${driver}-fresh.sqlite`)}`);
  await migrate(db);
  const tables = await tablesOf(db);
  db.close();
  return tables;
}

/** But for the triggers, of which the first release had other ones, that do the same. */
async function tablesOf(db: Database) {
  const rows = await db.orm.all<{ name: string; sql: string | null }>(
    sql`select name, sql from sqlite_master where type <> 'trigger'
      and name not in ('migration_lease', '__drizzle_migrations') order by name`,
  );
  return rows.map(({ name, sql }) => [
    name,
    sql
      ?.replace(/\s+/g, " ")
      .replace(/if not exists /i, "")
      .toLowerCase(),
  ]);
}
