import { wordFailure } from "@/lib/texts/word-failure";
import { type PageWords, pageWords, type Words } from "./page-words";

/** With how a failure reads, which only those need who do something. */
export const withFailures = ({ getTexts, language }: PageWords): Words => ({
  getTexts,
  wordFailure: (failure) => wordFailure(getTexts("errors"), language, failure),
});

/** Throws before the layout runs. */
export const getWords = (): Words => withFailures(pageWords());
