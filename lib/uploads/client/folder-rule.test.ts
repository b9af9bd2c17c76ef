import { expect, test } from "vitest";
import { isFileBeside, isFolderOfProgram, isInFolderOfProgram } from "./folder-rule";

test.each([
  "@eaDir",
  "#recycle",
  "#Recycle",
  "$RECYCLE.BIN",
  ".thumbnails",
  ".picasaoriginals",
  ".trash",
  ".Trash-1000",
  "__MACOSX",
  "Catalog Previews.lrdata",
])("a folder %s is another program's", (name) => {
  expect(isFolderOfProgram(name, null)).toBe(true);
  expect(isInFolderOfProgram(["Trip", name])).toBe(true);
  expect(isInFolderOfProgram(["Trip", name, "below"])).toBe(true);
});

test.each(["Trip", "eaDir", "recycle", "trash", "resources", "Thumbnails", "2026 #1", "@home", "여행"])(
  "a folder %s is the person's",
  (name) => {
    expect(isFolderOfProgram(name, "Pictures")).toBe(false);
    expect(isInFolderOfProgram(["Pictures", name])).toBe(false);
  },
);

test("of a photo library what was made of its pictures is left out, and the pictures are not", () => {
  expect(isInFolderOfProgram(["Photos Library.photoslibrary", "resources", "derivatives"])).toBe(true);
  expect(isInFolderOfProgram(["Pictures", "Mine.photoslibrary", "resources"])).toBe(true);
  expect(isInFolderOfProgram(["Photos Library.photoslibrary", "originals", "0"])).toBe(false);
});

test("the folder that was chosen is wanted, whatever its name", () => {
  expect(isInFolderOfProgram([".thumbnails"])).toBe(false);
  expect(isInFolderOfProgram([])).toBe(false);
});

test.each([
  ...[
    "._lake.jpg",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    "lake.jpg.json",
    "IMG_1.AAE",
    "lake.xmp",
    "lake.JPG.XMP",
  ],
  ...["clip.mp4", "IMG_1.MOV", "clip.m2ts", "GOPR0001.THM", "GOPR0001.LRV"],
])("a file %s is left out", (name) => {
  expect(isFileBeside(name)).toBe(true);
});

test.each([
  "lake.jpg",
  "CANON.HIF",
  "a.jfif",
  "a.mpo",
  "a.heics",
  "lake",
  "notes.txt",
  "a.mp4.jpg",
  "json",
  "",
])("a file %s is not, by its name alone", (name) => {
  expect(isFileBeside(name)).toBe(false);
});
