import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import BetterSqlite from "better-sqlite3";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LibsqlDouble, startLibsqlDouble } from "@/lib/testing/libsql-double/libsql-double";
import { openLibsqlFile } from "@/lib/testing/libsql-file";
import { type Database, openDatabase, openLibsql } from "./client";
import { migrate } from "./migrate";
import { users } from "./schema";

const folderOfTables = path.resolve(import.meta.dirname, "../testing/older-tables");
const drivers = { "better-sqlite3": openDatabase, libsql: openLibsqlFile, "libsql over HTTP": openLibsql };

describe.each(Object.keys(drivers) as (keyof typeof drivers)[])("%s", (driver) => {
  let folder: string;
  const doubles: LibsqlDouble[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "pail-migrate-"));
  });
  afterAll(async () => {
    for (const double of doubles) await double.close();
    await rm(folder, { recursive: true, force: true });
  });

  let made = 0;
  /** Connections to one database in which nothing is, or what these statements make. */
  async function openEmpty(connections: number, statements = ""): Promise<Database[]> {
    made += 1;
    const file = path.join(folder, `${made}.sqlite`);
    // The tables are in the order of their names.
    new BetterSqlite(file).exec(`pragma foreign_keys = off; ${statements}`).close();
    let url = `file:${file}`;
    if (driver === "libsql over HTTP") {
      const double = await startLibsqlDouble({ file, delayMs: 1 });
      doubles.push(double);
      url = double.url;
    }
    return Array.from({ length: connections }, () => drivers[driver](url));
  }
  const closeAll = (databases: Database[]) => {
    for (const db of databases) db.close();
  };
  const leases = (db: Database) => db.orm.all(sql`select * from migration_lease`);

  test("sixteen that start at once on an empty database all find it up to date, twenty times", async () => {
    for (let round = 0; round < 20; round += 1) {
      const databases = await openEmpty(16);
      await Promise.all(databases.map((db) => migrate(db)));
      const [db] = databases as [Database];
      const applied = await db.orm.all(sql`select created_at, count(*) from __drizzle_migrations group by 1`);
      const [{ count } = { count: 0 }] = await db.orm.all<{ count: number }>(
        sql`select count(*) as count from __drizzle_migrations`,
      );
      expect(applied).toHaveLength(count);
      expect(await db.orm.select().from(users)).toEqual([]);
      expect(await leases(db)).toEqual([]);
      closeAll(databases);
    }
  });

  test("a lease is waited for, and one of somebody dead only until its end", async () => {
    const older = await readFile(path.join(folderOfTables, "0010.sql"), "utf8");
    const databases = await openEmpty(2, older);
    const [db, other] = databases as [Database, Database];
    await db.orm.run(sql`create table if not exists migration_lease
      (id integer primary key check (id = 1), holder text not null, ends_at integer not null)`);
    await db.orm.run(sql`insert into migration_lease values (1, 'dead', unixepoch() + 2)`);
    const began = performance.now();
    await migrate(other);
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(await leases(db)).toEqual([]);
    closeAll(databases);
  });

  test("what fails is undone whole, and the lease given back", async () => {
    const databases = await openEmpty(1);
    const [db] = databases as [Database];
    await db.orm.run(sql`create table tokens (id text)`);
    await expect(migrate(db)).rejects.toThrow(/tokens.* already exists/);
    const tables = await db.orm.all(sql`select name from sqlite_master where type = 'table' order by name`);
    expect(tables.map((row) => (row as { name: string }).name)).toEqual(["migration_lease", "tokens"]);
    expect(await leases(db)).toEqual([]);
    closeAll(databases);
  });

  test("tables that a newer Pail has changed are left alone", async () => {
    const databases = await openEmpty(1);
    const [db] = databases as [Database];
    await migrate(db);
    await db.orm.run(
      sql`insert into __drizzle_migrations (hash, created_at) values ('of later', 9999999999999)`,
    );
    await expect(migrate(db)).rejects.toThrow(/^A newer Pail has changed this database\. .*$/);
    expect(await leases(db)).toEqual([]);
    closeAll(databases);
  });
});

test("before a file's tables are changed it is copied, with the rights that it has itself", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-migrate-"));
  const file = path.join(folder, "pail.sqlite");
  const first = openDatabase(`file:${file}`);
  await migrate(first);
  expect(await readdir(folder)).not.toContain("pail.sqlite.before");
  const timestamps = { createdAt: new Date(), updatedAt: new Date() };
  await first.orm.insert(users).values({ id: "ann", name: "Ann", email: "ann@example.org", ...timestamps });
  await first.migrate(["create table later (id text)"]);
  first.close();
  expect((await stat(`${file}.before`)).mode & 0o777).toBe(0o600);
  const before = openDatabase(`file:${file}.before`);
  expect(await before.orm.select({ id: users.id }).from(users)).toEqual([{ id: "ann" }]);
  expect(await before.orm.all(sql`select 1 from sqlite_master where name = 'later'`)).toEqual([]);
  before.close();
  await rm(folder, { recursive: true, force: true });
});
