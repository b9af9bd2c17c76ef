import sharp from "sharp";
import { describe, expect, test, vi } from "vitest";
import { newTokenShape } from "@/lib/accounts/tokens";
import { setupShape } from "@/lib/accounts/users";
import { parse } from "@/lib/actions";
import { AppError, plainFailure } from "@/lib/errors";
import { formats } from "@/lib/images/formats/table";
import { unsupported } from "@/lib/images/formats/unsupported";
import { inspect } from "@/lib/images/inspect";
import { wordInEnglish } from "@/lib/testing/english-wording";
import { compiledMessages } from "./compiled";
import { english } from "./english";
import { languages } from "./languages";
import { createTranslator } from "./translator";
import { wordFailure } from "./word-failure";

// It wants the React of pages.
vi.mock("next/navigation", () => ({}));

/** Where a page says something else than a program is told, and why. */
const differing = new Map([
  ["not_arrived", "a program sends bytes to an upload, a person a picture by the form without scripts"],
]);

describe("what a page says in English", () => {
  test.each(Object.keys(english.errors))("of %s is the sentence in the table of codes", (code) => {
    const { message } = plainFailure(code as Parameters<typeof plainFailure>[0]);
    // Others are made where they are thrown.
    if (message === undefined) return;
    expect(wordInEnglish({ code: code as never, message }) === message).toBe(!differing.has(code));
  });

  test.each([
    ["archive", "PK\x03\x04"],
    ["BMP", "BM"],
    ["ICO", "\0\0\x01\0"],
    ["JPEG XL", "\xff\x0a"],
    ["pdf", "%PDF-1.7"],
    ["Photoshop", "8BPS"],
    ["raw", "II*\0"],
    ["svg", "<svg>"],
    ["text", "just words"],
    ["video", "\x1a\x45\xdf\xa3"],
    ["web_page", "<!doctype html>"],
    ["other", "\x01\x02\x03"],
  ])("of a file that is %s is what a program is told", (kind, head) => {
    const error = unsupported(Uint8Array.from(head, (letter) => letter.charCodeAt(0)));
    const isFormat = /^[A-Z]/.test(kind);
    expect(error.values).toEqual(
      isFormat ? { kind: "other_format", format: kind } : { kind, formats: formats.map(({ name }) => name) },
    );
    expect(wordInEnglish(error.toFailure())).toBe(error.message);
    // Pages know every kind: no other one is said like one that they do not know.
    const unknown = wordInEnglish({ ...error.toFailure(), values: { ...error.values, kind: "unheard" } });
    expect(wordInEnglish(error.toFailure()) === unknown).toBe(kind === "other");
  });

  test("of a file that is too large is what a program is told", async () => {
    const limits = { maxBytes: 50 * 1024 * 1024, maxPixels: 50_000_000 };
    const source = { bytes: limits.maxBytes + 1, read: async () => new Uint8Array() };
    const error: AppError = await inspect(source, limits).catch((reason) => reason);
    expect(wordInEnglish(error.toFailure())).toBe(error.message);
    expect(error.message).toContain("50 MB");
  });

  test.each([
    [
      70_000,
      90,
      "One side of this picture is too long (70000 × 90): 65,535 pixels is the most. Cut it into shorter pictures and try again.",
      "사진의 한 변이 너무 길어요(70000 × 90). 65,535픽셀까지 올릴 수 있으니 짧게 나눠서 다시 올려 주세요.",
    ],
    [
      20_000,
      10_000,
      "This picture has too many pixels (20000 × 10000): 100 megapixels is the most. Make it smaller and try again.",
      "해상도가 너무 높아요(20000 × 10000). 100메가픽셀까지 올릴 수 있으니 크기를 줄여서 다시 시도해 주세요.",
    ],
  ])("of a picture of %i x %i names what is too much", async (width, height, inEnglish, inKorean) => {
    const bytes = await sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    const read = async (start: number, end: number) => new Uint8Array(bytes.subarray(start, end));
    const limits = { maxBytes: 50 * 1024 * 1024, maxPixels: 100_000_000 };
    const error: AppError = await inspect({ bytes: bytes.length, read }, limits).catch((reason) => reason);
    expect(error.message).toBe(inEnglish);
    expect(wordInEnglish(error.toFailure())).toBe(inEnglish);
    const texts = createTranslator("ko", compiledMessages("ko", ["errors"]), "errors");
    expect(wordFailure(texts, "ko", error.toFailure())).toBe(inKorean);
  });

  const account = { name: "Mina", email: "mina@example.org", password: "a long password", token: "" };
  const token = { name: "ShareX", scopes: ["read"], lifetimeDays: null };

  test.each([
    [setupShape, { ...account, name: "x".repeat(101) }],
    [setupShape, { ...account, email: "mina" }],
    [setupShape, { ...account, password: "short" }],
    [setupShape, { ...account, password: "x".repeat(1000) }],
    [setupShape, { ...account, password: "Password123" }],
    [newTokenShape, { ...token, name: "x".repeat(101) }],
    [newTokenShape, { ...token, scopes: [] }],
  ])("of input that is not as it should be names the field, as a program is told: %#", (shape, input) => {
    const error = errorOf(() => parse(shape, input));
    expect(wordInEnglish(error.toFailure())).toBe(error.message);
  });

  test("of input that no form of Pail sends is said in general", () => {
    for (const input of [null, 7, {}, { ...account, name: 7 }])
      expect(wordInEnglish(errorOf(() => parse(setupShape, input)).toFailure())).toMatch(/^Something in it/);
    expect(wordInEnglish(errorOf(() => parse(setupShape, { ...account, name: " " })).toFailure())).toBe(
      "Enter a name.",
    );
  });
});

function errorOf(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error("it did not throw");
}

test.each(languages)("what is taken instead names every format, in %s", (language) => {
  const texts = createTranslator(language, compiledMessages(language, ["errors"]), "errors");
  const said = wordFailure(texts, language, unsupported(new Uint8Array()).toFailure());
  expect(formats.filter(({ name }) => !said.includes(name))).toEqual([]);
});
