import type { UndoTools } from "../undo";

type Words = Pick<UndoTools, "getTexts" | "wordFailure">;

let words: Words | null = null;

/** The page lends its words to what is done with albums outside of its components. */
export function lendWords(lent: Words): void {
  words = lent;
}

export function albumWords(): Words {
  if (words === null) throw new Error("no page has lent its words yet");
  return words;
}
