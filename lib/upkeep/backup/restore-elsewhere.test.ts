import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { inspect } from "node:util";
import { eq, sql } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { images, jobs, users } from "@/lib/db/schema";
import { type Connection, connectLibsql } from "@/lib/db/whole/connection";
import { setEnv } from "@/lib/env";
import { launch, newFolder, run } from "@/lib/testing/command-line";
import { addPictures, countPictures, owner } from "@/lib/testing/filled-database";
import { imageRow } from "@/lib/testing/image-rows";
import { type LibsqlDouble, startLibsqlDouble } from "@/lib/testing/libsql-double/libsql-double";
import { isServed } from "../serving";
import { backUpToFile } from "./backup";
import { restore } from "./restore";

let DATA_DIR: string;
let file: string;
let backup: string;
beforeEach(() => {
  DATA_DIR = newFolder();
  file = path.join(DATA_DIR, "pail.sqlite");
  backup = path.join(newFolder(), "backup.gz");
  setEnv({ DATA_DIR, DATABASE_URL: "" });
});

const fill = (count: number) => addPictures(file, count);
const pictures = () => countPictures(file);

const wishes = { force: false, check: false };
const force = { ...wishes, force: true };

describe("from the bucket", () => {
  test("the latest one is restored while Pail does not run", async () => {
    const variables = { DATA_DIR, S3_PORT: "0", DATABASE_URL: "" };
    const child = launch(["bucket", "serve", "--json"], variables);
    const [line] = await once(child.stdout, "data");
    const port = String(JSON.parse(line).port);
    expect((await run(["bucket", "setup"], { ...variables, S3_PORT: port })).code).toBe(0);
    child.kill("SIGTERM");
    await once(child, "exit");
    await fill(3);
    const made = await run(["backup", "--json"], variables);
    expect([made.code, made.err]).toEqual([0, ""]);
    const { place } = JSON.parse(made.out);
    expect(place).toMatch(/^backups\/manual\/.*\.sqlite\.gz$/);
    await fill(2);
    const list = await run(["backup", "--list"], variables);
    expect(list.out).toContain(place);
    const restored = await run(["restore", "latest", "--json"], variables);
    expect([restored.code, JSON.parse(restored.out).from]).toEqual([0, place]);
    expect(await pictures()).toBe(3);
  }, 240_000);
});

describe("a libSQL server", () => {
  let double: LibsqlDouble;
  let to: Connection;
  beforeEach(async () => {
    double = await startLibsqlDouble({ token: "a-token" });
    to = await connectLibsql(`${double.url}?authToken=a-token`);
    return async () => {
      to.close();
      await double.close();
    };
  });

  const there = async <T>(work: (db: Database) => Promise<T>): Promise<T> => {
    const db = openDatabase(`${double.url}?authToken=a-token`);
    try {
      return await work(db);
    } finally {
      db.close();
    }
  };
  const picturesThere = () =>
    there(async (db) => {
      const count = (await db.orm.select({ id: images.id }).from(images)).length;
      const worked = sql`select coalesce((select sum(count) from months), 0) as months,
        (select count(*) from search_index where text match 'lake') as found`;
      expect(await db.orm.all(worked)).toEqual([{ months: count, found: count }]);
      return count;
    });

  test("takes a backup of a file where it is empty, gives one, and is what it was at that one", async () => {
    await fill(30);
    await backUpToFile(backup);
    expect(await restore(backup, wishes, to)).toMatchObject({ kept: null, rows: { images: 30 } });
    expect(await picturesThere()).toBe(30);
    const second = path.join(newFolder(), "second.gz");
    expect(await backUpToFile(second, to)).toMatchObject({
      manifest: { format: "sql", rows: { images: 30 } },
    });
    const add = (db: Database) => db.orm.insert(images).values({ ...imageRow(owner), storedBytes: 11 });
    await there(add);
    const { kept } = await restore(second, wishes, to);
    expect(await picturesThere()).toBe(30);
    const used = await there(async (db) => (await db.orm.select().from(users))[0]?.usedBytes);
    expect(used).toBe(30 * 1500);
    await there(add);
    const usedAfter = await there(async (db) => (await db.orm.select().from(users))[0]?.usedBytes);
    expect(usedAfter, "triggers work there").toBe(30 * 1500 + 11);
    expect(fs.statSync(kept ?? "").mode & 0o777).toBe(0o600);
    await restore(kept ?? "", wishes, to);
    expect(await picturesThere(), "that can be undone").toBe(31);
    await there((db) => migrate(db));
    const names = (await to.read("select name from sqlite_master"))
      .flat()
      .filter((name) => String(name).startsWith("_pail"));
    expect(names).toEqual([]);
  });

  test("stays while a server says that it uses it, and where the backup is another Pail's", async () => {
    await fill(3);
    await backUpToFile(backup);
    await there(async (db) => {
      await migrate(db);
      const at = new Date();
      await db.orm
        .insert(users)
        .values({ id: "u", name: "Bo", email: "bo@example.org", createdAt: at, updatedAt: at });
      await db.orm.insert(jobs).values({ name: "serving 1", notBefore: new Date(Date.now() + 60_000) });
    });
    expect(await isServed(to.read)).toBe(true);
    await expect(restore(backup, wishes, to)).rejects.toMatchObject({
      code: "database_in_use",
      message: expect.stringMatching(
        /^A Pail uses http:\/\/127\.0\.0\.1:\d+\. Stop it first; .* Nothing was changed\.$/,
      ),
    });
    await there((db) =>
      db.orm
        .update(jobs)
        .set({ notBefore: new Date(Date.now() - 1) })
        .where(eq(jobs.name, "serving 1")),
    );
    await expect(restore(backup, wishes, to)).rejects.toMatchObject({ code: "others_backup" });
    expect(await picturesThere()).toBe(0);
    await restore(backup, force, to);
    expect(await picturesThere()).toBe(3);
  });

  test("is as it was where it breaks off in the middle, and the next restore makes it whole", async () => {
    await fill(30);
    await backUpToFile(backup);
    await restore(backup, wishes, to);
    await there((db) => db.orm.insert(images).values(imageRow(owner)));
    let writes = 0;
    for (let last = 1; last < 100; last += 7) {
      writes = 0;
      const broken: Connection = {
        ...to,
        write: async (statements) => {
          writes += 1;
          if (writes > last) throw new Error("gone");
          await to.write(statements);
        },
      };
      const result = await restore(backup, wishes, broken).catch((error: Error) => error.message);
      if (result !== "gone") break;
      expect(await picturesThere()).toBe(31);
    }
    expect(await picturesThere()).toBe(30);
    expect(writes).toBeGreaterThan(10);
  });

  test("is said to be what is wrong, without the token", async () => {
    await fill(1);
    await backUpToFile(backup);
    const other = { DATA_DIR, DATABASE_URL: `${double.url}?authToken=SECRET` };
    const { code, out, err } = await run(["restore", backup], other);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^The database at http:\/\/127\.0\.0\.1:\d+ does not do it: .*\n$/);
    expect(err).not.toContain("SECRET");
    const failed = await backUpToFile(`${backup}2`, other.DATABASE_URL).catch((error: Error) =>
      inspect(error),
    );
    expect(failed).toMatch(/The database at http/);
    expect(failed).not.toContain("SECRET");
  });
});
