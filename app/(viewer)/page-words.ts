import type { Failure } from "@/lib/errors";
import type { Namespace } from "@/lib/texts/english";
import type { AnyLanguage } from "@/lib/texts/languages";
import type { Translator } from "@/lib/texts/translator";

export interface PageWords {
  /** The texts of a place that the viewer's layout gives to its pages. */
  getTexts<N extends Namespace>(place: N): Translator<N>;
  language: AnyLanguage;
}

/** What words what is said, for what is no component. */
export interface Words extends Pick<PageWords, "getTexts"> {
  wordFailure(failure: Failure): string;
}

let words: PageWords | null = null;

/** The layout lends the page's words to what is done outside of its components. */
export function lendWords(lent: PageWords): void {
  words = lent;
}

/** Nothing is asked of this before the layout runs. */
export function pageWords(): PageWords {
  if (words === null) throw new Error("the layout is not there yet");
  return words;
}
