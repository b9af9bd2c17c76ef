import { execFileSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import BetterSqlite from "better-sqlite3";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { findInstallation } from "@/lib/db/installation";
import { users } from "@/lib/db/schema";
import { setEnv } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { launch, newFolder, run } from "@/lib/testing/command-line";
import { addPictures, countPictures, withDatabase } from "@/lib/testing/filled-database";
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

const fill = (count: number, place = file) => addPictures(place, count);
const pictures = (place = file) => countPictures(place);

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
    const id = await withDatabase(file, (db) => findInstallation(db));
    await backUpToFile(backup);
    fs.rmSync(file);
    await restore(backup, wishes);
    expect([await pictures(), await withDatabase(file, (db) => findInstallation(db))]).toEqual([3, id]);
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
    await withDatabase(file, async (db) => {
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

  test("is the one that is there now for whoever waited meanwhile", async () => {
    await fill(3);
    const other = path.join(DATA_DIR, "other.sqlite");
    await fill(4, other);
    const kept = path.join(DATA_DIR, "kept.sqlite");
    const { pragma } = BetterSqlite.prototype;
    const waiting = vi.spyOn(BetterSqlite.prototype, "pragma").mockImplementation(function (
      this: BetterSqlite.Database,
      ...given
    ) {
      if (given[0] === "schema_version" && !fs.existsSync(kept)) {
        fs.renameSync(file, kept);
        fs.renameSync(other, file);
      }
      return pragma.apply(this, given);
    });
    expect(await pictures()).toBe(4);
    waiting.mockRestore();
    expect(await pictures(kept)).toBe(3);
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
    const tables = path.resolve(import.meta.dirname, "../../testing/older-tables/0010.sql");
    // The tables are in the order of their names.
    new BetterSqlite(old).exec(`pragma foreign_keys = off; ${fs.readFileSync(tables, "utf8")}`).close();
    await refused(old, /of another Pail than the database that is here/);
    await restore(old, force);
    expect(await pictures()).toBe(3);
    expect(await withDatabase(file, (db) => findInstallation(db))).toBeNull();
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
    await withDatabase(file, async () => undefined);
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
    await expect(backUpToFile(to)).rejects.toThrow(`There is no room left on the disk of ${small}.`);
    expect(fs.readdirSync(small)).toEqual([]);
    await backUpToFile(backup);
    const place = path.join(small, "data");
    await fill(1, path.join(place, "pail.sqlite"));
    setEnv({ DATA_DIR: place });
    await expect(restore(backup, force)).rejects.toThrow(`There is no room left on the disk of ${place}.`);
    expect(await pictures(path.join(place, "pail.sqlite"))).toBe(1);
    expect(fs.readdirSync(place).filter((name) => name.startsWith("."))).toEqual([]);
  });
});
