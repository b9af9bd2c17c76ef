import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileMoment } from "@/lib/api/file-date";
import { momentsOf } from "./file-moments";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-file-moments-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const changed = new Date("2019-05-06T07:08:09.250Z");
const taken = new Date("2024-06-30T22:30:00Z");

async function put(name: string, content: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  await utimes(file, changed, changed);
  return file;
}

test("a file is dated by the disk, and by Google Takeout's file beside it, in this machine's zone", async () => {
  const [alone, lake] = [await put("alone.jpg", "1"), await put("lake.jpg", "2")];
  await put("lake.jpg.json", JSON.stringify({ photoTakenTime: { timestamp: `${taken.getTime() / 1000}` } }));
  const clockAt = (moment: Date) => {
    const zoneMinutes = 0 - moment.getTimezoneOffset();
    return { at: moment.getTime() + zoneMinutes * 60_000, microseconds: 0, zoneMinutes };
  };
  const { lastModified, takenAt, ...others } = await momentsOf(alone);
  expect(fileMoment.parse(lastModified)).toEqual(clockAt(changed));
  expect([takenAt, others]).toEqual([undefined, {}]);
  const beside = await momentsOf(lake);
  expect(fileMoment.parse(beside.takenAt)).toEqual(clockAt(taken));
  expect(fileMoment.parse(beside.lastModified)).toEqual(clockAt(changed));
});

test("a file beside it that says nothing is none", async () => {
  const hill = await put("hill.jpg", "3");
  await put("hill.jpg.json", "{}");
  expect(await momentsOf(hill)).toEqual({ lastModified: expect.any(String) });
});
