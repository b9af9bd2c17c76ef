import { describe, expect, test } from "vitest";
import { directionOf, languageFor } from "./languages";

describe("the language of a page", () => {
  test.each([
    ["ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "ko"],
    ["en-GB,en;q=0.9", "en"],
    ["en;q=0.5, ko;q=0.8", "ko"],
    ["fr-CH, fr;q=0.9, ko;q=0.2, *;q=0.1", "ko"],
    ["KO", "ko"],
    ["ko;q=0, en", "en"],
    ["ko;q=0", "en"],
    ["ja,zh-CN;q=0.8", "en"],
    ["*", "en"],
    ["", "en"],
    [";;;,q=,ko;q=x,-", "en"],
    ["ko;q=7", "en"],
    ["kok", "en"],
  ])("of a browser that likes “%s” is %s", (accepted, language) => {
    expect(languageFor(undefined, accepted)).toBe(language);
  });

  test("is English where the browser says nothing", () => {
    expect(languageFor(undefined, null)).toBe("en");
  });

  test("is the chosen one, whatever the browser likes", () => {
    expect(languageFor("en", "ko")).toBe("en");
    expect(languageFor("ko", "en")).toBe("ko");
  });

  test.each(["xx", "", "ko-KR", "constructor", "<script>"])(
    "is the browser's where “%s” was chosen",
    (chosen) => {
      expect(languageFor(chosen, "ko")).toBe("ko");
    },
  );

  test("of tests is never the browser's own wish", () => {
    expect(languageFor(undefined, "ar-XB,ar;q=0.9")).toBe("en");
    expect(languageFor("ar-XB", "ko")).toBe("ar-XB");
    expect([directionOf("ar-XB"), directionOf("ko")]).toEqual(["rtl", "ltr"]);
  });
});
