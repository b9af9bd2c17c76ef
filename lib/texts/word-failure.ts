import type { Failure, FailureValues } from "@/lib/errors";
import { formatAlternatives, formatLimit } from "./formats";
import type { AnyLanguage } from "./languages";

/** A translator of the places `errors` or `waiting`, for codes that are known only once they have come. */
export interface TextsByCode {
  has(code: string): boolean;
  (code: string, values: Values): string;
}

type Values = Record<string, string | number>;

/**
 * The sentence of a failure in the page's language: the code chooses the message, and its values go in. A code that has no
 * message keeps the sentence that came with it.
 *
 * @param texts of `errors`
 */
export function wordFailure(texts: unknown, language: AnyLanguage, failure: Failure): string {
  const errors = texts as TextsByCode;
  if (!errors.has(failure.code)) return failure.message;
  return errors(failure.code, { ...none, ...wordValues(language, failure.values ?? {}) });
}

/** Where a value did not come with the failure, its message says less. */
export const none = {
  // One that every Pail takes.
  formats: "JPEG",
  ...{ format: "none", incident: "none", issue: "none", kind: "none", maxBytes: "none", maxPixels: "none" },
  ...{ origin: "none", type: "none", unit: "none", what: "none", min: 0, max: 0 },
} satisfies Values;

/** Bytes, pixels and seconds travel as numbers, names as a list; how one says them is the language's. */
function wordValues(
  language: AnyLanguage,
  { formats, maxBytes, maxPixels, waitSeconds, ...others }: FailureValues,
): Values {
  return {
    ...others,
    ...(formats !== undefined && { formats: formatAlternatives(language, formats) }),
    ...(maxBytes !== undefined && { maxBytes: formatLimit(language, maxBytes) }),
    // Down, as it is the most that there may be.
    ...(maxPixels !== undefined && { maxPixels, megapixels: Math.floor(maxPixels / 100_000) / 10 }),
    ...(waitSeconds !== undefined && valuesOfWait(waitSeconds)),
  };
}

const valuesOfWait = (seconds: number): Values =>
  seconds < 90 ? { unit: "seconds", count: seconds } : { unit: "minutes", count: Math.ceil(seconds / 60) };
