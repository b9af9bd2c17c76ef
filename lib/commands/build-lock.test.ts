import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { withBuildLock } from "./build-lock";

let folder = "";
let file = "";
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "pail-lock-"));
  file = path.join(folder, "cache", "build.lock");
  fs.mkdirSync(path.dirname(file));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const works = async () => {
  const work = vi.fn(async () => expect(fs.readFileSync(file, "utf8")).toBe(String(process.pid)));
  await withBuildLock(file, () => {}, work);
  expect(work).toHaveBeenCalledOnce();
  expect(fs.readdirSync(path.dirname(file))).toEqual([]);
};

test("who is alone works at once", works);

test.each([
  ["that has ended", () => String(spawnSync(process.execPath, ["--version"]).pid)],
  ["whose number is now ours", () => String(process.pid)],
  ["that did not get to say whose it is", () => ""],
])("what a process has left %s holds nobody up", { timeout: 5000 }, async (_who, content) => {
  fs.writeFileSync(file, content());
  await works();
});

test("who works keeps others waiting, who say so once", async () => {
  fs.writeFileSync(file, String(process.ppid));
  const say = vi.fn();
  const work = vi.fn(async () => {});
  const waiting = withBuildLock(file, say, work);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(work).not.toHaveBeenCalled();
  fs.rmSync(file);
  await waiting;
  expect(work).toHaveBeenCalledOnce();
  expect(say).toHaveBeenCalledOnce();
});

test("work that fails gives it back", async () => {
  const failing = withBuildLock(
    file,
    () => {},
    async () => {
      throw new Error("no build");
    },
  );
  await expect(failing).rejects.toThrow("no build");
  expect(fs.existsSync(file)).toBe(false);
});
