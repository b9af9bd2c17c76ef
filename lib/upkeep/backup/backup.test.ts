import { createReadStream } from "node:fs";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import BetterSqlite from "better-sqlite3";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images, installation, jobs } from "@/lib/db/schema";
import { env } from "@/lib/env";
import { newId } from "@/lib/ids";
import { backups } from "@/lib/storage/locations";
import { Storage } from "@/lib/storage/storage";
import { addImage } from "@/lib/testing/image-rows";
import { connectLibsqlFile } from "@/lib/testing/libsql-file";
import { useDriver } from "@/lib/testing/test-database";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { runDueJobs } from "../jobs";
import { backUpDaily, backUpToBucket, backUpToFile, listBackups, type Source } from "./backup";
import { prepareCandidate } from "./candidate";
import { restore } from "./restore";

const installationId = newId();
let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());

describe.each(["better-sqlite3", "libsql"] as const)("on %s", (driver) => {
  let source: Source;
  let folder: string;
  let owner: string;
  beforeAll(async () => {
    await useDriver(driver);
    // As a server has it; the driver alone leaves it out.
    await database().orm.run(sql`pragma journal_mode = WAL`);
    const url = `file:${path.join(env().dataDir, `${driver}.sqlite`)}`;
    source = driver === "libsql" ? await connectLibsqlFile(url) : url;
    await database().orm.insert(installation).values({ one: 1, id: installationId });
    owner = (await addViewer("A'da; “한글”")).id;
    for (let count = 0; count < 20; count += 1) await addImage(owner);
  });
  afterAll(() => {
    if (typeof source !== "string") source.close();
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "pail-backup-"));
  });
  afterEach(async () => {
    setClock(null);
    await rm(folder, { recursive: true, force: true });
  });

  const opened = async (file: string): Promise<BetterSqlite.Database> => {
    const bytes = createReadStream(file);
    return new BetterSqlite((await prepareCandidate({ what: file, bytes }, folder)).file);
  };
  const suffix = driver === "libsql" ? "sql" : "sqlite";

  test("a backup holds every row, says what it is, and is for its owner's eyes only", async () => {
    const file = path.join(folder, "one.gz");
    const { place, manifest } = await backUpToFile(file, source);
    expect(place).toBe(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(manifest).toMatchObject({
      installation: installationId,
      migration: { tag: expect.stringMatching(/^\d{4}_/) },
      rows: { users: 1, images: 20 },
      format: suffix,
    });
    const copy = await opened(file);
    const stored = await database().orm.select({ id: images.id }).from(images);
    expect(copy.prepare("select id from images").pluck().all().sort()).toEqual(
      stored.map(({ id }) => id).sort(),
    );
    expect(copy.prepare("select name from users").pluck().get()).toBe("A'da; “한글”");
    expect(copy.pragma("integrity_check", { simple: true })).toBe("ok");
    copy.close();
    expect((await readdir(folder)).sort()).toEqual(["candidate.sqlite", "one.gz"]);
  });

  test("one that is made while pictures are added is of one moment", async () => {
    let goesOn = true;
    let added = 0;
    const adding = (async () => {
      while (goesOn) {
        await addImage(owner, { storedBytes: 7 });
        added += 1;
        await setImmediate();
      }
    })();
    const file = path.join(folder, "busy.gz");
    for (let round = 0; round < 3; round += 1) {
      await backUpToFile(file, source);
      const copy = await opened(file);
      const [used, sum] = copy
        .prepare<[], [number, number]>("select (select used_bytes from users), sum(stored_bytes) from images")
        .raw()
        .get() ?? [0, 1];
      expect(used).toBe(sum);
      copy.close();
      await rm(file);
      await rm(path.join(folder, "candidate.sqlite"));
    }
    goesOn = false;
    await adding;
    expect(added).toBeGreaterThan(3);
    await database().orm.delete(images).where(eq(images.storedBytes, 7));
  });

  test.runIf(driver === "libsql")("so is one in which a change follows each thing that is read", async () => {
    if (typeof source === "string") throw new Error("libSQL has a connection");
    const { atOneMoment } = source;
    const busy: Source = {
      ...source,
      atOneMoment: (work) =>
        atOneMoment((read) =>
          work(async (text, args) => {
            const rows = await read(text, args);
            await addImage(owner, { storedBytes: 7 });
            return rows;
          }),
        ),
    };
    const file = path.join(folder, "busy.gz");
    const { manifest } = await backUpToFile(file, busy);
    expect(manifest.rows.images).toBe(20);
    const copy = await opened(file);
    expect(copy.prepare("select used_bytes from users").pluck().get()).toBe(20 * 1500);
    copy.close();
    await database().orm.delete(images).where(eq(images.storedBytes, 7));
  });

  test("a file that is there is not replaced, and in a folder a backup gets a name", async () => {
    const file = path.join(folder, "mine.txt");
    await writeFile(file, "mine");
    await expect(backUpToFile(file, source)).rejects.toThrow(
      `${file} is there already. Choose another name.`,
    );
    const { place } = await backUpToFile(folder, source);
    expect(path.basename(place)).toMatch(
      new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\dZ-[0-9a-f]{8}\\.${suffix}\\.gz$`),
    );
    await expect(backUpToFile(path.join(folder, "nowhere", "a.gz"), source)).rejects.toThrow(
      /cannot be used \(ENOENT\)/,
    );
    expect((await readdir(folder)).sort()).toEqual([path.basename(place), "mine.txt"].sort());
  });

  test("what is not in the bucket, and no file, is said to be missing", async () => {
    await backups().delete((await listBackups()).map(({ name }) => name));
    const wishes = { force: false, check: true };
    await expect(restore("latest", wishes)).rejects.toThrow("There is no backup in the bucket.");
    await expect(restore("backups/manual/other.gz", wishes)).rejects.toMatchObject({ code: "not_found" });
    await expect(restore("other.gz", wishes)).rejects.toThrow(/^There is no file other\.gz\. /);
  });

  test("of the daily ones the last seven are kept; others' and those that were asked for stay", async () => {
    const byHand = await backUpToBucket("manual", source);
    const others = "daily/2026-01-01T00-00-00Z-00000000.sqlite.gz";
    await backups().save(others, "x", { type: "application/gzip" });
    const made: string[] = [];
    for (let day = 1; day <= 9; day += 1) {
      setClock(new Date(Date.now() + day * 86_400_000));
      const { place, deleted } = await backUpDaily(source);
      made.push(place);
      expect(deleted).toBe(day > 7 ? 1 : 0);
    }
    const keys = (await listBackups()).map(({ key }) => key);
    expect(keys.sort()).toEqual([byHand.place, backups().key(others), ...made.slice(-7)].sort());
    expect((await listBackups()).at(-1)?.key).toBe(made.at(-1));
    await backups().delete((await listBackups()).map(({ name }) => name));
  });
});

test("the job makes one a day, and is tried again an hour after it failed", async () => {
  await database().orm.delete(jobs);
  expect(await runDueJobs()).toMatchObject({ backup: { pictures: 0, deleted: 0 } });
  expect(await listBackups()).toMatchObject([{ key: expect.stringMatching(/^backups\/daily\//) }]);
  setClock(new Date(Date.now() + 86_401_000));
  const save = vi.spyOn(Storage.prototype, "save").mockRejectedValue(new Error("no room"));
  expect(await runDueJobs()).toMatchObject({ backup: null });
  save.mockRestore();
  expect(Object.keys(await runDueJobs())).not.toContain("backup");
  const [row] = await database().orm.select().from(jobs).where(eq(jobs.name, "backup"));
  expect((row?.notBefore.getTime() ?? 0) - Date.now() - 86_401_000).toBeGreaterThan(3_500_000);
  setClock(null);
});
