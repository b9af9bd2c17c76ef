import { expect, test } from "vitest";
import { ZipNames } from "./zip-names";

function taken(...names: string[]): string[] {
  const zip = new ZipNames();
  return names.map((name) => zip.take(name));
}

test("a name that is taken gets a number, whatever its case and however its letters are put together", () => {
  expect(taken("lake.jpg", "Lake.JPG", "lake (2).jpg", "lake.jpg", "lake.png")).toEqual([
    "lake.jpg",
    "Lake (2).JPG",
    "lake (2) (2).jpg",
    "lake (3).jpg",
    "lake.png",
  ]);
  expect(taken("호수.jpg", "호수.jpg".normalize("NFD"), "é.jpg", "e\u0301.jpg")).toEqual([
    "호수.jpg",
    "호수 (2).jpg",
    "é.jpg",
    "é (2).jpg",
  ]);
});

test.each([
  ["../../etc/passwd", "_-..-etc-passwd"],
  ["a/b\\c:d*e?.jpg", "a-b-c-d-e-.jpg"],
  ["CON.jpg", "CON_.jpg"],
  ["nul", "nul_"],
  [".hidden.jpg", "_hidden.jpg"],
  ["ends with dots...", "ends with dots"],
  ["", "_"],
  ["\u202egpj.exe.jpg", "gpj.exe.jpg"],
  ["line\nbreak.jpg", "linebreak.jpg"],
])("%j goes in as %j", (name, expected) => {
  expect(taken(name)).toEqual([expected]);
});

test("a long name keeps its extension and has room for a number", () => {
  const names = taken(`${"호".repeat(200)}.jpeg`, `${"호".repeat(201)}.jpeg`);
  expect(new Set(names).size).toBe(2);
  for (const name of names) {
    expect(name).toMatch(/\.jpeg$/);
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(120);
  }
});

test("ten thousand pictures of one name have a number each, and take no time", () => {
  const began = performance.now();
  const names = taken(...Array.from({ length: 10_000 }, (_, n) => (n % 2 === 0 ? "image.jpg" : "Image.JPG")));
  expect(performance.now() - began).toBeLessThan(3000);
  expect(new Set(names).size).toBe(10_000);
  expect(names.slice(-2)).toEqual(["image (9999).jpg", "Image (10000).JPG"]);
});
