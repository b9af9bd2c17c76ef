import { createTranslator } from "use-intl/core";
import type { ErrorCode } from "@/lib/error-codes";
import type { Failure } from "@/lib/errors";
import { compiledMessages } from "@/lib/texts/compiled";
import { wordFailure, wordWait } from "@/lib/texts/word-failure";

/** How a failure reads on an English page. */
export const wordInEnglish = (failure: Failure): string => wordFailure(textsOf("errors"), "en", failure);

/** How a wait reads there, by the code of the failure behind it. */
export const wordWaitInEnglish = (code: ErrorCode): string =>
  wordWait(textsOf("waiting"), textsOf("errors"), code);

/** Throws where a value is missing, which on a page would only be logged. */
const textsOf = (place: "errors" | "waiting"): unknown =>
  createTranslator({
    locale: "en",
    namespace: place as never,
    messages: compiledMessages("en", [place]) as object,
    onError: (error) => {
      throw error;
    },
  });
