import "server-only";
import { errorCodeOf } from "@/lib/error-codes";
import { wordFailure } from "@/lib/texts/word-failure";
import { currentLanguage, getTexts } from "../_texts/request";

/** The sentence of a code in an address, as forms without a script leave it there; undefined where there is none. */
export async function sentenceOfCode(code: string | string[] | undefined): Promise<string | undefined> {
  if (typeof code !== "string") return undefined;
  return wordFailure(await getTexts("errors"), await currentLanguage(), {
    code: errorCodeOf(code, "unknown"),
    message: "",
  });
}
