import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { env, setEnv } from "@/lib/env";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { makePrivateFile, makePrivateFolder } from "./private-files";

let parent: string;
let umask: number;
beforeAll(() => {
  umask = process.umask(0);
  parent = fs.mkdtempSync(path.join(os.tmpdir(), "pail-private-"));
});
afterAll(() => {
  process.umask(umask);
  fs.rmSync(parent, { recursive: true });
});

const modeOf = (place: string) => (fs.statSync(place).mode & 0o7777).toString(8);
/** What others could read, of all that there is. */
const readable = (folder: string) =>
  [folder, ...fs.readdirSync(folder, { recursive: true }).map((name) => path.join(folder, String(name)))]
    .map((place) => [path.relative(folder, place), modeOf(place)])
    .filter(([, mode]) => !mode?.endsWith("00"));

/** As a Pail keeps it, made by one that is at work. */
async function useDataDir(folder: string, look: () => void): Promise<void> {
  setEnv({ DATA_DIR: folder, S3_BUCKET: "", DATABASE_URL: "", AUTH_SECRET: "" });
  const { region, credentials = { accessKeyId: "", secretAccessKey: "" } } = env().bucket;
  const db = openDatabase(env().databaseUrl);
  await migrate(db);
  const bucket = await startLocalBucket({ dataDir: path.join(folder, "bucket"), region, credentials });
  look();
  await bucket.close();
  db.close();
}

test("nobody else can read what Pail keeps, whatever the umask is", async () => {
  const folder = path.join(parent, "new");
  await useDataDir(folder, () => {
    expect(fs.readdirSync(folder).sort()).toEqual(
      ["bucket", "pail.sqlite", "pail.sqlite-shm", "pail.sqlite-wal", "secrets.json"].sort(),
    );
    expect(fs.readdirSync(path.join(folder, "bucket"))).toContain("index.sqlite-wal");
    expect(readable(folder)).toEqual([]);
  });
  expect(modeOf(folder)).toBe("700");
  expect(modeOf(path.join(folder, "pail.sqlite"))).toBe("600");
});

test("nor where folder and files were there before, open to all", async () => {
  const folder = path.join(parent, "old");
  await useDataDir(folder, () => undefined);
  fs.writeFileSync(path.join(folder, "bucket", "blobs", "00", "0".repeat(32)), "");
  for (const leftover of ["pail.sqlite-wal", "pail.sqlite-shm"])
    fs.writeFileSync(path.join(folder, leftover), "");
  const all = fs.readdirSync(folder, { recursive: true }).map((name) => path.join(folder, String(name)));
  const beside = path.join(folder, "bucket", "of-somebody-else");
  fs.writeFileSync(beside, "");
  for (const place of [folder, beside, ...all])
    fs.chmodSync(place, fs.statSync(place).isDirectory() ? 0o755 : 0o644);
  await useDataDir(folder, () => expect(readable(folder)).toEqual([[path.relative(folder, beside), "644"]]));
});

test("an empty folder that was made for it is closed too, and one that is shared is left as it is", () => {
  const [empty, sticky] = [path.join(parent, "empty"), path.join(parent, "sticky")];
  fs.mkdirSync(empty, { mode: 0o777 });
  makePrivateFolder(empty);
  expect(modeOf(empty)).toBe("700");
  fs.mkdirSync(sticky);
  fs.chmodSync(sticky, 0o1777);
  makePrivateFolder(sticky);
  expect(modeOf(sticky)).toBe("1777");
  makePrivateFile(path.join(sticky, "file"));
  expect(modeOf(path.join(sticky, "file"))).toBe("600");
});
