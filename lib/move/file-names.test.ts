import { expect, test } from "vitest";
import { isFolderOfProgram } from "@/lib/uploads/client/folder-rule";
import { fileKey, fileNames, folderNames, safeName } from "./file-names";

test.each([
  ["lake", "lake"],
  ["호수".normalize("NFD"), "호수"],
  ["بحيرة", "بحيرة"],
  ['a/b\\c:d*e?f"g<h>i|j', "a-b-c-d-e-f-g-h-i-j"],
  ["..", "_"],
  ["", "_"],
  [".hidden", "_hidden"],
  ["~$lake", "_$lake"],
  ["lake. . ", "lake"],
  ["two\nlines\u202e", "two lines"],
  ["CON", "CON_"],
  ["nul.tar", "nul.tar_"],
  ["COM¹", "COM¹_"],
  ["console", "console"],
  ["@eaDir", "@eaDir_"],
  ["lost+found", "lost+found_"],
])("%j is called %j", (text, name) => {
  expect(safeName(text)).toBe(name);
  expect(isFolderOfProgram(name, null)).toBe(false);
});

test("a long name is cut between what people see as characters, and keeps its extension", () => {
  const family = "👨‍👩‍👧‍👦";
  const [name = ""] = fileNames({ title: family.repeat(40), name: "a.jpeg", type: "image/jpeg" });
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(120);
  expect(name.replace(/\.jpeg$/, "").replaceAll(family, "")).toBe("");
});

test.each([
  ["lake.JPG", "image/jpeg", "lake.JPG"],
  ["lake.mp4", "image/jpeg", "lake.jpg"],
  ["lake", "image/heic", "lake.heic"],
  ["lake.png", "image/webp", "lake.webp"],
] as const)("%s of type %s is a file %s", (name, type, file) => {
  expect(fileNames({ title: "lake", name, type }).next().value).toBe(file);
});

test("what is taken is counted, and two names that some disk takes for one are of one key", () => {
  const [first, second, third] = folderNames("Trip");
  expect([first, second, third]).toEqual(["Trip", "Trip (2)", "Trip (3)"]);
  expect(fileKey("Straße.JPG")).toBe(fileKey("STRASSE.jpg"));
  expect(fileKey("호수.jpg".normalize("NFD"))).toBe(fileKey("호수.jpg"));
  expect(fileKey("lake.jpg")).not.toBe(fileKey("lakes.jpg"));
});
