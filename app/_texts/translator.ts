import type { ReactNode } from "react";
import type { English, Namespace } from "@/lib/texts/english";
import type { ValueNames, ValuesOf } from "@/lib/texts/values";

/**
 * Words the messages of one place. A key that does not exist, and a value that is missing, do not compile. (The library's own
 * type lets values be missing where a message is a choice, under `exactOptionalPropertyTypes`.)
 */
export interface Translator<N extends Namespace> {
  <K extends Key<N>>(key: K, ...values: Values<N, K>): string;
  /** For a message with tags: what each of them becomes. */
  rich<K extends Key<N>>(key: K, tags: Record<string, (text: ReactNode) => ReactNode>): ReactNode;
}

type Key<N extends Namespace> = keyof English[N] & string;
type Values<N extends Namespace, K extends Key<N>> = English[N][K] extends infer Message extends string
  ? [ValueNames<Message>] extends [never]
    ? []
    : [values: ValuesOf<Message>]
  : never;
