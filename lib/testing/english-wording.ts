import type { ErrorCode } from "@/lib/error-codes";
import type { Failure } from "@/lib/errors";
import { compiledMessages } from "@/lib/texts/compiled";
import { createTranslator } from "@/lib/texts/translator";
import { wordFailure } from "@/lib/texts/word-failure";
import { wordWait } from "@/lib/texts/word-wait";

/** How a failure reads on an English page. */
export const wordInEnglish = (failure: Failure): string => wordFailure(textsOf("errors"), "en", failure);

/** How a wait reads there, by the code of the failure behind it. */
export const wordWaitInEnglish = (code: ErrorCode): string =>
  wordWait(textsOf("waiting"), textsOf("errors"), code);

const textsOf = (place: "errors" | "waiting") =>
  createTranslator("en", compiledMessages("en", [place]), place);
