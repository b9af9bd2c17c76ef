/** The languages that Pail is offered in. English is the one that everything falls back to. */
export const languages = ["en", "ko"] as const;
export type Language = (typeof languages)[number];

/** Each by its own name, as whoever looks for it reads it. */
export const languageNames = { en: "English", ko: "한국어" } as const satisfies Record<Language, string>;

/** Made from English for tests, half again as long and from right to left; nobody is offered it. */
export const pseudoLanguage = "ar-XB";
export type AnyLanguage = Language | typeof pseudoLanguage;

/** Holds the language that a person has chosen. */
export const languageCookie = "language";

/**
 * The language of a page: the one that was chosen, where there is such a language, else the one that the browser likes best of
 * those that Pail has, else English.
 *
 * @param chosen what the cookie says
 * @param acceptLanguage the header, like `ko-KR,ko;q=0.9,en;q=0.8`
 */
export function languageFor(chosen: string | undefined, acceptLanguage: string | null): AnyLanguage {
  return isLanguage(chosen) || chosen === pseudoLanguage ? chosen : bestLanguage(acceptLanguage ?? "");
}

export const isLanguage = (text: string | undefined): text is Language =>
  languages.some((language) => language === text);

/** Also the language of tests. */
export const isAnyLanguage = (text: string): text is AnyLanguage =>
  isLanguage(text) || text === pseudoLanguage;

/** For `<html dir>`. */
export const directionOf = (language: AnyLanguage): "ltr" | "rtl" =>
  language === pseudoLanguage ? "rtl" : "ltr";

function bestLanguage(acceptLanguage: string): Language {
  const ranges = acceptLanguage.split(",").map(parseRange);
  const liked = ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  for (const { language } of liked) if (isLanguage(language)) return language;
  return "en";
}

/** `ko-KR;q=0.9` is Korean at 0.9; which Korean makes no difference to Pail. */
function parseRange(text: string): { language: string; weight: number } {
  const [tag = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const given = parameters.find((parameter) => parameter.startsWith("q="));
  const weight = given === undefined ? 1 : Number(given.slice(2));
  return { language: tag.split("-")[0] ?? "", weight: weight <= 1 ? weight : 0 };
}
