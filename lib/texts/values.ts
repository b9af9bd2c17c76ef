import type { GetICUArgs } from "@schummar/icu-type-parser";

/** The values that a message takes, by name. */
export type ValuesOf<Message extends string> = GetICUArgs<
  Message,
  { ICUArgument: string; ICUNumberArgument: number; ICUDateArgument: Date }
>;

/** Their names, those of all branches of a choice among them. */
export type ValueNames<Message> = Message extends string ? KeysOfUnion<ValuesOf<Message>> : never;

type KeysOfUnion<T> = T extends T ? keyof T : never;
