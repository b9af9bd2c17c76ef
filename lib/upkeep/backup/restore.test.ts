import { execFileSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inspect } from "node:util";
import BetterSqlite from "better-sqlite3";
import { eq } from "drizzle-orm";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "@/lib/db/client";
import { installationId } from "@/lib/db/installation";
import { migrate } from "@/lib/db/migrate";
import { images, jobs, users } from "@/lib/db/schema";
import { type Connection, connectLibsql } from "@/lib/db/whole/connection";
import { setEnv } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { launch, newFolder, run } from "@/lib/testing/command-line";
import { imageRow } from "@/lib/testing/image-rows";
import { type LibsqlDouble, startLibsqlDouble } from "@/lib/testing/libsql-double/libsql-double";
import { isServed } from "../serving";
import { pack, unpack } from "./archive";
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

async function withDatabase<T>(work: (db: Database) => Promise<T>, place = file): Promise<T> {
  const db = openDatabase(`file:${place}`);
  try {
    await migrate(db);
    return await work(db);
  } finally {
    db.close();
  }
}

const owner = newId();

const fill = (pictures: number, place = file) =>
  withDatabase(async (db) => {
    const at = new Date();
    const person = { id: owner, name: "Ada", email: "ada@example.org", createdAt: at, updatedAt: at };
    await db.orm.insert(users).values(person).onConflictDoNothing();
    for (let done = 0; done < pictures; done += 20)
      await db.orm
        .insert(images)
        .values(Array.from({ length: Math.min(20, pictures - done) }, () => imageRow(owner)));
  }, place);

const pictures = (place = file) =>
  withDatabase(async (db) => (await db.orm.select({ id: images.id }).from(images)).length, place);

const wishes = { force: false, check: false };
const force = { ...wishes, force: true };
const check = { ...wishes, check: true };

const inFolder = () => fs.readdirSync(DATA_DIR).filter((name) => name !== "pail.sqlite-shm");
/** Read by another process: whoever closes a file ends SQLite's locks on it. */
const bytesOf = (place: string) => execFileSync("cat", [place], { maxBuffer: 1024 ** 3 });

/** All of what a refused restore must leave as it was. */
async function refused(which: string, sentence: RegExp | string, asked = wishes): Promise<void> {
  const before = [inFolder(), bytesOf(file)];
  const error: unknown = await restore(which, asked).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).message).toMatch(sentence);
  expect((error as AppError).message, "one line").not.toContain("\n");
  expect([inFolder(), bytesOf(file)]).toEqual(before);
}

describe("a database in a file", () => {
  test("is what it was at the backup, and that can be undone", async () => {
    await fill(3);
    await backUpToFile(backup);
    await fill(2);
    expect(await restore(backup, check)).toMatchObject({ rows: { images: 3 }, kept: null });
    expect(await pictures()).toBe(5);
    const { code, out } = await run(["restore", backup, "--json"], { DATA_DIR });
    expect(code).toBe(0);
    const { kept, rows } = JSON.parse(out);
    expect(rows).toMatchObject({ images: 3, users: 1 });
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(await pictures()).toBe(3);
    expect(await pictures(kept)).toBe(5);
    expect(inFolder().sort()).toEqual(["pail.sqlite", path.basename(kept)].sort());
    await restore(kept, wishes);
    expect(await pictures()).toBe(5);
  });

  test("comes back where there is none any more, and where it is damaged", async () => {
    await fill(3);
    const id = await withDatabase(installationId);
    await backUpToFile(backup);
    fs.rmSync(file);
    await restore(backup, wishes);
    expect([await pictures(), await withDatabase(installationId)]).toEqual([3, id]);
    fs.writeFileSync(file, "no database at all");
    fs.writeFileSync(`${file}-wal`, "what was beside it");
    const { kept } = await restore(backup, wishes);
    expect(await pictures()).toBe(3);
    expect(fs.readFileSync(kept ?? "", "utf8")).toBe("no database at all");
    expect(fs.readFileSync(`${kept}-wal`, "utf8")).toBe("what was beside it");
  });

  test("comes back where only a part of it is damaged", async () => {
    await fill(300);
    await backUpToFile(backup);
    const size = fs.statSync(file).size;
    const handle = fs.openSync(file, "r+");
    fs.writeSync(handle, Buffer.alloc(size - 4096, 0x55), 0, size - 4096, 4096);
    fs.closeSync(handle);
    await restore(backup, wishes);
    expect(await pictures()).toBe(300);
  });

  test("stays while another process has it open", async () => {
    await fill(3);
    await backUpToFile(backup);
    await withDatabase(async (db) => {
      await db.orm.select().from(users);
      // As the pages have it, beside the server that started them.
      const second = openDatabase(`file:${file}`);
      const before = [inFolder(), bytesOf(file)];
      const { code, out, err } = await run(["restore", backup], { DATA_DIR });
      expect([code, out]).toEqual([1, ""]);
      expect(err).toMatch(
        /pail\.sqlite is in use, perhaps by a Pail that runs\. .* Nothing was changed\.\n$/,
      );
      expect([inFolder(), bytesOf(file)]).toEqual(before);
      second.close();
    });
    expect(await pictures()).toBe(3);
  });

  test("stays where the backup is damaged, cut short, none, or not there", async () => {
    await fill(3);
    await backUpToFile(backup);
    const whole = fs.readFileSync(backup);
    const changed = Buffer.from(whole);
    changed[whole.length - 500] = (changed[whole.length - 500] ?? 0) ^ 1;
    fs.writeFileSync(backup, changed);
    await refused(backup, "backup.gz is damaged or was cut short.");
    fs.writeFileSync(backup, whole.subarray(0, whole.length - 20));
    await refused(backup, "backup.gz is damaged or was cut short.");
    fs.writeFileSync(backup, "a letter");
    await refused(backup, "backup.gz is no backup of Pail");
    fs.rmSync(backup);
    await refused(backup, "There is no file");
  });

  /** As somebody could write one who makes no mistake in its digest. */
  async function forge(change: (sqlite: BetterSqlite.Database) => void): Promise<void> {
    const { manifest } = await unpack(fs.createReadStream(backup), "it");
    const forged = path.join(newFolder(), "forged.sqlite");
    fs.copyFileSync(file, forged);
    const sqlite = new BetterSqlite(forged);
    sqlite.pragma("journal_mode = DELETE");
    change(sqlite);
    sqlite.close();
    const contents = fs.readFileSync(forged);
    const { createHash } = await import("node:crypto");
    const sha256 = createHash("sha256").update(contents).digest("hex");
    const chunks = (async function* () {
      yield contents;
    })();
    const packed: Buffer[] = [];
    for await (const chunk of pack({ ...manifest, bytes: contents.length, sha256 }, chunks))
      packed.push(chunk);
    fs.writeFileSync(backup, Buffer.concat(packed));
  }

  test("stays where what is in the backup is not what it says, or is of a newer Pail", async () => {
    await fill(3);
    await backUpToFile(backup);
    await forge((sqlite) => sqlite.exec("delete from images"));
    await refused(backup, "backup.gz is damaged.");
    await forge((sqlite) => {
      sqlite.unsafeMode(true);
      sqlite.pragma("writable_schema = ON");
      sqlite.exec("update sqlite_master set rootpage = 3 where name = 'images'");
    });
    await refused(backup, "backup.gz is damaged.");
    await forge((sqlite) =>
      sqlite.exec("insert into __drizzle_migrations (hash, created_at) values ('x', 9795938300448)"),
    );
    await refused(backup, "backup.gz is of a newer Pail than this one.");
  });

  test("of an older Pail is brought up to date first", async () => {
    await fill(3);
    const old = path.join(newFolder(), "old.sqlite");
    await fill(4, old);
    const sqlite = new BetterSqlite(old);
    sqlite.exec(
      "drop table installation; delete from __drizzle_migrations where created_at = (select max(created_at) from __drizzle_migrations)",
    );
    sqlite.close();
    await refused(old, /of another Pail than the database that is here/);
    await restore(old, force);
    expect(await pictures()).toBe(4);
    expect(await withDatabase(installationId)).toMatch(/^[0-9a-f]{32}$/);
  });

  test("of another Pail is taken only where that is wanted, or nobody has an account here", async () => {
    await fill(3);
    await backUpToFile(backup);
    fs.rmSync(file);
    await fill(1);
    await refused(backup, /of another Pail than the database that is here\. Nothing was changed; --force/);
    await restore(backup, force);
    expect(await pictures()).toBe(3);
    fs.rmSync(file);
    await withDatabase(async () => undefined);
    await restore(backup, wishes);
    expect(await pictures()).toBe(3);
  });

  test.each([".backup-", "pail.sqlite.before-"])(
    "is the one or the other, and whole, where a restore is killed once there is %s",
    async (prefix) => {
      await fill(600);
      await backUpToFile(backup);
      await fill(1);
      const child = launch(["restore", backup], { DATA_DIR });
      const ended = once(child, "exit");
      while (child.exitCode === null && !fs.readdirSync(DATA_DIR).some((name) => name.startsWith(prefix)))
        await delay(1);
      child.kill("SIGKILL");
      await ended;
      const sqlite = new BetterSqlite(file);
      expect(sqlite.pragma("integrity_check", { simple: true })).toBe("ok");
      sqlite.close();
      const left = await pictures();
      expect([600, 601]).toContain(left);
      if (left === 601) await restore(backup, wishes);
      expect(await pictures()).toBe(600);
    },
  );
});

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

/** A disk of 1.5 MB; undefined where this user may not mount one. */
function mountSmallDisk(): string | undefined {
  const folder = newFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1500k", "tmpfs", folder], { stdio: "ignore" });
    return folder;
  } catch {
    return undefined;
  }
}

const disk = mountSmallDisk();
afterAll(() => {
  if (disk !== undefined) execFileSync("umount", [disk]);
});

describe.skipIf(disk === undefined)("a full disk (needs the right to mount one)", () => {
  const small = disk ?? "";

  test("is said, and nothing is left of what did not fit", async () => {
    await fill(2500);
    expect(fs.statSync(file).size).toBeGreaterThan(1.5 * 1024 ** 2);
    const to = path.join(small, "backup.gz");
    const full = await run(["backup", "--to", to], { DATA_DIR });
    expect([full.code, full.err]).toEqual([1, `There is no room left on the disk of ${small}.\n`]);
    expect(fs.readdirSync(small)).toEqual([]);
    await backUpToFile(backup);
    const place = path.join(small, "data");
    await fill(1, path.join(place, "pail.sqlite"));
    const restored = await run(["restore", backup, "--force"], { DATA_DIR: place });
    expect([restored.code, restored.err]).toEqual([1, `There is no room left on the disk of ${place}.\n`]);
    expect(await pictures(path.join(place, "pail.sqlite"))).toBe(1);
    expect(fs.readdirSync(place).filter((name) => name.startsWith("."))).toEqual([]);
  });
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
    there(async (db) => (await db.orm.select({ id: images.id }).from(images)).length);

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
