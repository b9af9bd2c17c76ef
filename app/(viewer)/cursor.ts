import type { Cursor } from "@/lib/images/contract";

/** How a cursor looks in an address: when, then which. */
export const textOf = ({ capturedAt, id }: Cursor): string => `${capturedAt}_${id}`;

/** The cursor of an address; null, which is the newest, for anything else. */
export function cursorOf(text: string | string[] | null | undefined): Cursor | null {
  const match = typeof text === "string" ? /^(-?\d{1,15})_([0-9a-f-]{36})$/.exec(text) : null;
  return match?.[2] === undefined ? null : { capturedAt: Number(match[1]), id: match[2] };
}
