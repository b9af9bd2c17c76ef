import format from "icu-minify/format";
import type { CompiledMessages } from "./compiled";
import type { English, Namespace } from "./english";
import { numberFormat, pluralRules } from "./intl";
import type { AnyLanguage } from "./languages";
import type { ValueNames, ValuesOf } from "./values";

/** Words the messages of one place. A key that does not exist, and a value that is missing, do not compile. */
export interface Translator<N extends Namespace> {
  <K extends Key<N>>(key: K, ...values: Values<N, K>): string;
  /** For a message with tags: what each of them becomes, and its other values. */
  rich<R>(key: Key<N>, tags: Tags<R>): string | R | (string | R)[];
  /** For keys that are known only once they have come. */
  has(key: string): key is Key<N>;
}

type Key<N extends Namespace> = keyof English[N] & string;
type Values<N extends Namespace, K extends Key<N>> = English[N][K] extends infer Message extends string
  ? [ValueNames<Message>] extends [never]
    ? []
    : [values: ValuesOf<Message>]
  : never;
type Tags<R> = Record<string, string | ((text: (string | R)[]) => R)>;

/** The texts of a place must be among the messages: where they are not, the page shows their keys, and the console says so. */
export function createTranslator<N extends Namespace>(
  language: AnyLanguage,
  messages: CompiledMessages,
  place: N,
): Translator<N> {
  const texts = messages[place];
  const word = (key: string, values?: Parameters<typeof format>[2]) => {
    const message = texts?.[key];
    if (message !== undefined) return format(message, language, values, { formatters });
    console.error(`This page was not given the text ${place}.${key}.`);
    return `${place}.${key}`;
  };
  const has = (key: string) => texts !== undefined && Object.hasOwn(texts, key);
  return Object.assign(word, { rich: word, has }) as unknown as Translator<N>;
}

// No message holds a date: those come as words, in the viewer's own time zone.
const formatters = { getNumberFormat: numberFormat, getPluralRules: pluralRules } as Parameters<
  typeof format
>[3]["formatters"];
