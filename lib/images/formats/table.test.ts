import { expect, test } from "vitest";
import { acceptedFiles, formatOf, formats, imageTypes, isImageName } from "./table";

test("no two formats share a type, an extension or a name", () => {
  for (const key of ["type", "extension", "name"] as const)
    expect(new Set(formats.map((format) => format[key])).size).toBe(formats.length);
  for (const { type, extension } of formats) {
    expect(formatOf(type).extension).toBe(extension);
    expect(extension).toMatch(/^[a-z0-9]+$/);
  }
});

test("a file dialog offers every type, and what else it is known by", () => {
  const accepted = acceptedFiles.split(",");
  expect(accepted).toEqual(expect.arrayContaining(imageTypes));
  for (const type of accepted) expect(type).toMatch(/^(image\/[a-z0-9+-]+|\.[a-z0-9]+)$/);
});

test("a type that no format has is an error, and no key that ends in undefined", () => {
  expect(() => formatOf("image/x-unheard-of" as "image/png")).toThrow("image/x-unheard-of");
});

test("a name says whether a file is taken from a folder", () => {
  for (const name of [
    "a.jpg",
    "a.JPEG",
    "a.png",
    "a.webp",
    "a.gif",
    "a.avif",
    "a.heic",
    "b.c.heif",
    "CANON.HIF",
    "a.jfif",
    "a.MPO",
    "a.heics",
  ])
    expect([name, isImageName(name)]).toEqual([name, true]);
  for (const name of ["jpg", "a.jpg.txt", "a.mp4", "a.xmp", ""])
    expect([name, isImageName(name)]).toEqual([name, false]);
});
