import fs from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { filesNamed } from "./folder-files";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-folder-files-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16);

async function put(name: string, content: string | Uint8Array = jpeg): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

async function found(...given: string[]) {
  const { files, leftOut } = await filesNamed(given);
  return [files.map((file) => path.relative(folder, file)).sort(), leftOut];
}

test("of a folder its pictures are sent, and what other programs keep beside them is counted", async () => {
  const pictures = ["CANON.HIF", "a.jpg", "b.jfif", "below/c.mpo", "below/deep/d.heics", "unnamed"];
  for (const name of pictures) await put(name);
  const others = [
    ...["@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg", "#recycle/a.jpg", "$RECYCLE.BIN/a.jpg", ".thumbnails/a.jpg"],
    ...[".picasaoriginals/a.jpg", ".trash/a.jpg", "__MACOSX/._a.jpg", "L.photoslibrary/resources/a.jpg"],
    ...["._a.jpg", ".DS_Store", "a.AAE", "a.xmp", "a.mp4", "below/metadata.json"],
  ];
  for (const name of others) await put(name);
  await put("notes.txt", "Tuesday");
  expect(await found(folder)).toEqual([pictures, others.length + 1]);
});

test("a sidecar that dates a picture is not counted", async () => {
  await put("a.jpg");
  await put("a.jpg.json", JSON.stringify({ photoTakenTime: { timestamp: "1719786600" } }));
  await put("b.jpg");
  await put("b.jpg.json", "{}");
  expect(await found(folder)).toEqual([["a.jpg", "b.jpg"], 1]);
});

test("what is named is sent, whatever it is called; of several a program's folder is not", async () => {
  await put("@eaDir/a.jpg");
  const [video, gone] = [await put("a.mp4"), path.join(folder, "gone.jpg")];
  expect(await found(path.join(folder, "@eaDir"))).toEqual([["@eaDir/a.jpg"], 0]);
  expect(await found(path.join(folder, "@eaDir"), video, gone)).toEqual([["a.mp4", "gone.jpg"], 1]);
});

test("a folder that cannot be opened is named, and the others are gone through", async () => {
  await put("a.jpg");
  await put("locked/b.jpg");
  await put("zoo/c.jpg");
  const { readdirSync } = fs;
  vi.spyOn(fs, "readdirSync").mockImplementation(((place: string, options: object) => {
    if (path.basename(place) === "locked") throw Object.assign(new Error("no"), { code: "EACCES" });
    return readdirSync(place, options as { withFileTypes: true });
  }) as typeof readdirSync);
  expect(await found(folder)).toEqual([["a.jpg", "locked", "zoo/c.jpg"], 0]);
});
