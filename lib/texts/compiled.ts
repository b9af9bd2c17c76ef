import compile from "icu-minify/compile";
import { english, type Namespace } from "./english";
import { korean } from "./korean";
import { type AnyLanguage, pseudoLanguage } from "./languages";
import { pseudo } from "./pseudo";
import type { Messages } from "./translation";

type CompiledMessage = ReturnType<typeof compile>;
/** Messages without their syntax, so that the browser needs no parser. */
export type CompiledMessages = Record<string, Record<string, CompiledMessage>>;

const sources: Record<AnyLanguage, () => Messages> = {
  en: () => english,
  ko: () => korean,
  [pseudoLanguage]: () => pseudo(english),
};

const known = new Map<AnyLanguage, CompiledMessages>();

/** The messages of these places, compiled. A language is compiled once in the life of the process, which takes some ms. */
export function compiledMessages(language: AnyLanguage, places: readonly Namespace[]): CompiledMessages {
  const all = known.get(language) ?? compileAll(sources[language]());
  known.set(language, all);
  return Object.fromEntries(places.map((place) => [place, all[place] ?? {}]));
}

function compileAll(messages: Messages): CompiledMessages {
  const compiled = Object.entries(messages).map(([place, texts]) => [
    place,
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, compile(text)])),
  ]);
  // The compiler's objects have no prototype, and React lets only plain ones travel to the browser.
  return JSON.parse(JSON.stringify(Object.fromEntries(compiled)));
}
