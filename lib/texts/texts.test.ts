import { describe, expect, test, vi } from "vitest";
import { compiledMessages } from "./compiled";
import { english, type Namespace } from "./english";
import {
  formatBytes,
  formatDay,
  formatMegabytes,
  formatMoment,
  formatMonth,
  formatProgress,
  formatShortDay,
  formatStored,
} from "./formats";
import { korean } from "./korean";
import { type AnyLanguage, languages } from "./languages";
import { pseudo } from "./pseudo";
import { createTranslator } from "./translator";
import { wordFailure } from "./word-failure";
import { zoneOf } from "./zone";

/** Keys and values are not typed here: the tests go through all of them. */
type UntypedTexts = (key: string, values?: Record<string, string | number>) => string;
const textsOf = (language: AnyLanguage, place: Namespace) =>
  createTranslator(language, compiledMessages(language, [place]), place) as unknown as UntypedTexts;

describe("messages", () => {
  test("agree with the number", () => {
    expect([0, 1, 2, 12_345].map((count) => textsOf("en", "albums")("count", { count }))).toEqual([
      ...["0 pictures", "1 picture", "2 pictures", "12,345 pictures"],
    ]);
    expect([1, 12_345].map((count) => textsOf("ko", "albums")("count", { count }))).toEqual([
      ...["사진 1장", "사진 12,345장"],
    ]);
  });

  test("that a page was not given are told by their keys, and complained of", () => {
    const complain = vi.spyOn(console, "error").mockImplementation(() => {});
    const texts = createTranslator("en", {}, "albums");
    expect([texts("count", { count: 1 }), texts.has("count")]).toEqual(["albums.count", false]);
    expect(complain).toHaveBeenCalledOnce();
    complain.mockRestore();
  });

  test("with tags become what the page makes of them", () => {
    const texts = createTranslator("en", compiledMessages("en", ["settings"]), "settings");
    const made = texts.rich("tokensHint", { link: (text) => ({ text }) });
    expect(made).toEqual([expect.stringContaining("With a token"), { text: ["an OpenAPI document"] }, "."]);
  });

  test("can be words of code, quotes and names that look like syntax", () => {
    const name = "{name} <b>'#'</b>";
    expect(textsOf("en", "albums")("restored", { name })).toBe(`“${name}” is back.`);
  });

  const everyMessage = languages.flatMap((language) =>
    Object.entries(language === "en" ? english : korean).flatMap(([place, texts]) =>
      Object.entries(texts).map(([key, text]) => [language, place, key, text] as const),
    ),
  );

  test("hold no markup of another kind, no double space and no space at an end", () => {
    const odd = everyMessage.filter(([, , , text]) => /\s{2}|^\s|\s$|&\w+;|\$\{|undefined/.test(text));
    expect(odd).toEqual([]);
  });

  test("in Korean are Korean, and polite", () => {
    const sentences = Object.entries(korean).flatMap(([place, texts]) =>
      Object.entries(texts).map(([key, text]) => [`${place}.${key}`, text as string] as const),
    );
    expect(
      sentences.filter(([, text]) => !/[가-힣]/.test(text.replace(/\{\w+(, number)?\}%?/g, "가"))),
    ).toEqual([]);
    // A sentence that ends with a full stop ends with 요.
    expect(
      sentences.filter(([, text]) => /[^요.…)]\.(\s|$|\})/.test(text.replace(/you@example\.org/, ""))),
    ).toEqual([]);
    expect(sentences.filter(([, text]) => /습니다|십시오|하세요\?/.test(text))).toEqual([]);
  });
});

describe("the language of tests", () => {
  const messages = pseudo(english);

  test("has none of English's letters, and is half again as long", () => {
    for (const [place, texts] of Object.entries(english)) {
      for (const [key, text] of Object.entries(texts)) {
        const told = messages[place as Namespace][key as never] as string;
        const letters = text.replace(/\{[^{}]*\}/g, "").replace(/[^A-Za-z]/g, "").length;
        expect(told.length).toBeGreaterThanOrEqual(text.length + 0.2 * letters);
      }
    }
    const texts = textsOf("ar-XB", "tray");
    expect(texts("left", { count: 3 })).not.toMatch(/[A-Za-z]/);
    expect(texts("left", { count: 3 }).length).toBeGreaterThan(
      1.4 * textsOf("en", "tray")("left", { count: 3 }).length,
    );
  });
});

describe("formats", () => {
  const summer = Date.UTC(2026, 5, 30, 22, 30);

  test("of bytes", () => {
    const sizes = [1, 999_499, 1_000_000, 12_345_678];
    expect(sizes.map((bytes) => formatBytes("en", bytes))).toEqual(["1 kB", "999 kB", "1.0 MB", "12.3 MB"]);
    expect(sizes.map((bytes) => formatBytes("ko", bytes))).toEqual(["1kB", "999kB", "1.0MB", "12.3MB"]);
    const stored = [0, 1, 12_345_678, 999_999_999, 1_000_000_000, 107_374_182_400];
    expect(stored.map((bytes) => formatStored("en", bytes))).toEqual([
      ...["0 MB", "1 kB", "12.3 MB", "1,000.0 MB", "1 GB", "107.4 GB"],
    ]);
    expect([formatMegabytes("en", 5000, 0), formatMegabytes("ko", 5000, 0)]).toEqual(["5,000 MB", "5,000MB"]);
    const moving = [0, 1, 400, 99_999, 100_000, 9_900_000, 12_345_678];
    expect(moving.map((bytes) => formatProgress("en", bytes))).toEqual([
      ...["0 kB", "1 kB", "1 kB", "100 kB", "0.1 MB", "9.9 MB", "12 MB"],
    ]);
    expect(moving.slice(0, 3).map((bytes) => formatProgress("ko", bytes))).toEqual(["0kB", "1kB", "1kB"]);
    expect([0, 40_000].map((bytes) => formatProgress("en", bytes, 80_000))).toEqual(["0 kB", "40 kB"]);
    expect([0, 40_000].map((bytes) => formatProgress("en", bytes, 5_000_000))).toEqual(["0.0 MB", "0.0 MB"]);
  });

  test("of days, by the viewer's own calendar", () => {
    expect(formatDay("en", "UTC", summer)).toBe("June 30, 2026");
    expect(formatDay("en", "Asia/Seoul", summer)).toBe("July 1, 2026");
    expect(formatDay("ko", "Asia/Seoul", summer)).toBe("2026년 7월 1일");
    expect(formatShortDay("en", "America/New_York", summer)).toBe("Jun 30, 2026");
    expect(formatShortDay("ko", "Asia/Seoul", summer)).toBe("2026년 7월 1일");
    expect(formatMoment("ko", "UTC", summer)).toBe("2026년 6월 30일 오후 10:30");
  });

  test("of a month, which is the camera's", () => {
    expect([formatMonth("en", summer), formatMonth("ko", summer)]).toEqual(["June 2026", "2026년 6월"]);
  });

  test("a zone that does not exist is UTC", () => {
    expect(["Asia/Seoul", "Europe/Berlin"].map(zoneOf)).toEqual(["Asia/Seoul", "Europe/Berlin"]);
    expect([undefined, "", "Mars/Olympus", "a b", "x".repeat(100)].map(zoneOf)).toEqual(Array(5).fill("UTC"));
  });
});

describe("a failure", () => {
  const word = (language: AnyLanguage, failure: Parameters<typeof wordFailure>[2]) =>
    wordFailure(
      createTranslator(language, compiledMessages(language, ["errors"]), "errors"),
      language,
      failure,
    );
  const message = "the server's own sentence";

  test("is worded by its code, and says less where values are missing", () => {
    expect(word("en", { code: "name_taken", message })).toBe(
      "You have another album of this name. Choose another name.",
    );
    expect(word("ko", { code: "internal", message })).toBe("서버에 문제가 생겼어요. 다시 시도해 주세요.");
    expect(word("ko", { code: "internal", message, values: { incident: "7" } })).toBe(
      "서버에 문제가 생겼어요. 다시 시도해 주세요. (7)",
    );
  });

  test("says its values as the language does", () => {
    expect(word("ko", { code: "too_large", message, values: { maxBytes: 50_000_000 } })).toContain(
      "50MB까지",
    );
    expect(word("en", { code: "rate_limited", message, values: { waitSeconds: 45 } })).toBe(
      "Too many tries. Wait 45 seconds, then try again.",
    );
    expect(word("en", { code: "rate_limited", message, values: { waitSeconds: 91 } })).toBe(
      "Too many tries. Wait 2 minutes, then try again.",
    );
    expect(
      word("en", {
        code: "too_many_pixels",
        message,
        values: { width: 9, height: 8, maxPixels: 50_250_000 },
      }),
    ).toContain("(9 × 8): 50.2 megapixels is the most");
  });

  test("of a code that nobody has worded keeps its sentence", () => {
    expect(word("ko", { code: "never_heard_of" as never, message })).toBe(message);
  });

  test("can be said without any value in every language", () => {
    for (const language of languages)
      for (const code of Object.keys(english.errors)) {
        const said = word(language, { code: code as never, message });
        expect(said).not.toMatch(/none|undefined|errors\./);
      }
  });
});
