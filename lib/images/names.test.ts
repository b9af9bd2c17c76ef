import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanName, cleanText, titleOf } from "./names";

const hostile = [
  "\u202e",
  "\u2066",
  "\u2069",
  "\n",
  "\r\n",
  "\0",
  "\u2028",
  "\u0085",
  "\ud800",
  "\u0301",
  "é",
];
const awkward = [...hostile, "/", "\\", "..", '"', "%", " ", "\u00a0", ".jpg", ".JPEG", ".", "a", "🏔️", "ש"];
const text = fc
  .array(fc.oneof(fc.constantFrom(...awkward), fc.string({ unit: "binary", maxLength: 6 })), {
    maxLength: 15,
  })
  .map((pieces) => pieces.join(""));
const max = fc.integer({ min: 0, max: 20 });
const nameMax = fc.integer({ min: 10, max: 20 });
const holds = (check: (text: string, max: number) => void, limit = max) =>
  fc.assert(fc.property(text, limit, check), { numRuns: 2000 });

describe("clean text", () => {
  test("is one line, without controls and without what turns the direction of text", () =>
    holds((given, limit) => {
      expect(cleanText(given, limit)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
    }));

  test("is well-formed, composed, without space around it, and not too long", () =>
    holds((given, limit) => {
      const clean = cleanText(given, limit);
      expect(clean.isWellFormed()).toBe(true);
      expect(clean.normalize("NFC")).toBe(clean);
      expect(clean.trim()).toBe(clean);
      expect([...clean].length).toBeLessThanOrEqual(limit);
    }));

  test("stays as it is when it is cleaned again", () =>
    holds((given, limit) => {
      const clean = cleanText(given, limit);
      expect(cleanText(clean, limit)).toBe(clean);
    }));

  test.each([
    ["Zürich, Bürkliplatz (3)", "Zürich, Bürkliplatz (3)"],
    ["שלום עולם", "שלום עולם"],
    ["два\nряда", "два ряда"],
    ["gpj.\u202eexe", "gpj.exe"],
    ["Zu\u0308rich", "Zürich"],
    ["👩‍👩‍👧", "👩‍👩‍👧"],
    ["\u200f\u200e", ""],
    ["\u200b \u2060\u00ad", ""],
    ["\u3164", ""],
    ["\u2800", ""],
    ["\u200fשלום", "\u200fשלום"],
    ["❤\ufe0f", "❤\ufe0f"],
  ])("of %j is %j", (given, clean) => expect(cleanText(given, 100)).toBe(clean));
});

describe("a clean name", () => {
  test("is clean text that is no path and never empty", () =>
    holds((given, limit) => {
      const clean = cleanName(given, limit);
      expect(clean).not.toMatch(/[/\\]/);
      expect(clean).not.toBe("");
      expect(cleanText(clean, limit)).toBe(clean);
    }, nameMax));

  test("keeps its extension, however long it was", () =>
    fc.assert(
      fc.property(text, fc.constantFrom(".jpg", ".JPEG", ".avif"), (stem, extension) => {
        expect(cleanName(`a${stem}${"x".repeat(300)}${extension}`, 30)).toMatch(
          new RegExp(`x?${extension}$`),
        );
      }),
    ));

  test.each([
    ["../../etc/passwd", "..-..-etc-passwd"],
    ["C:\\Bilder\\See.jpg", "C:-Bilder-See.jpg"],
    ['He said "cheese".png', 'He said "cheese".png'],
    ["\n\u202e", "picture"],
    ["\u200b", "picture"],
    ["", "picture"],
    [".jpg", ".jpg"],
    [" see .jpg ", "see.jpg"],
  ])("of %j is %j", (given, clean) => expect(cleanName(given, 255)).toBe(clean));
});

describe("a title", () => {
  test("is the beginning of its name, up to the extension, and never empty", () =>
    holds((given, limit) => {
      const name = cleanName(given, limit);
      const title = titleOf(name);
      expect(title.trim()).not.toBe("");
      expect(name.slice(title.length)).toMatch(/^(\.[A-Za-z0-9]{1,5})?$/);
      expect(name.startsWith(title)).toBe(true);
    }, nameMax));

  test.each([
    ["lake.jpg", "lake"],
    ["lake.2024.jpeg", "lake.2024"],
    [".jpg", ".jpg"],
    ["St. Gallen", "St. Gallen"],
    ["no extension", "no extension"],
  ])("of %j is %j", (name, title) => expect(titleOf(name)).toBe(title));
});
