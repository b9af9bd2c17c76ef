import type { English } from "./english";
import type { ValueNames } from "./values";

/** As in `english`, each message as a string. */
export type Messages = { [N in keyof English]: { [K in keyof English[N]]: string } };

/**
 * The same messages in another language. It does not compile where one is missing, where one is too many, or where one takes a
 * value that the English one does not.
 */
export const translation = <const T extends Messages>(messages: T & Checked<T>): Messages => messages;

type Checked<T> = {
  [N in keyof T]: N extends keyof English
    ? { [K in keyof T[N]]: K extends keyof English[N] ? SameValues<T[N][K], English[N][K]> : never }
    : never;
};

type SameValues<Message, Original> =
  ValueNames<Message> extends ValueNames<Original> ? Message : ["takes no such values", ValueNames<Message>];
