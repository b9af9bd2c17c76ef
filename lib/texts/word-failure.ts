import type { Failure } from "@/lib/errors";
import { formatMegabytes } from "./formats";
import type { AnyLanguage } from "./languages";

/** A translator of the place `errors`, for codes that are known only once they have come. */
interface ErrorTexts {
  has(code: string): boolean;
  (code: string, values: Record<string, string | number>): string;
}

/**
 * The sentence of a failure in the page's language: the code chooses the message, and its values go in. A code that has no
 * message keeps the sentence that came with it.
 */
export function wordFailure(texts: unknown, language: AnyLanguage, failure: Failure & WithValues): string {
  const errors = texts as ErrorTexts;
  if (!errors.has(failure.code)) return failure.message;
  return errors(failure.code, { ...none, ...wordValues(language, failure.values ?? {}) });
}

type Values = Record<string, string | number>;
interface WithValues {
  values?: Values;
}

/** Where a value did not come with the failure, its message says less. */
const none = {
  ...{ announced: "none", incident: "none", issue: "none", kind: "none", max: 0, maxBytes: "none" },
  ...{ maxPixels: "none", megapixels: 0, origin: "none", type: "none", unit: "none", what: "none" },
  ...{ count: 0, width: 0, height: 0 },
} satisfies Values;

/** Bytes, pixels and seconds travel as numbers; how one says them is the language's. */
function wordValues(language: AnyLanguage, { maxBytes, maxPixels, waitSeconds, ...others }: Values): Values {
  return {
    ...others,
    ...(typeof maxBytes === "number" && {
      maxBytes: formatMegabytes(language, Math.floor(maxBytes / 1_000_000), 0),
    }),
    ...(typeof maxPixels === "number" && { maxPixels, megapixels: Math.round(maxPixels / 100_000) / 10 }),
    ...(typeof waitSeconds === "number" && wordWait(waitSeconds)),
  };
}

const wordWait = (seconds: number): Values =>
  seconds < 90 ? { unit: "seconds", count: seconds } : { unit: "minutes", count: Math.ceil(seconds / 60) };
