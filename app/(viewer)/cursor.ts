import type { Cursor } from "@/lib/images/contract";

/** How a cursor looks in an address: when, in which order within that, which. */
export const textOf = ({ capturedAt, capturedOrder, id }: Cursor): string =>
  `${capturedAt}_${encode(capturedOrder)}_${id}`;

const pattern = /^(-?\d{1,15})_(?:([\w-]*)_)?([0-9a-f-]{36})$/;
/** Of an older address, which does not say it: what comes again is better than what never comes. */
const firstOfAll = "\u{10ffff}";

/** The cursor of an address; null, which is the newest, for anything else. */
export function cursorOf(text: string | string[] | null | undefined): Cursor | null {
  const [, capturedAt, order, id] = (typeof text === "string" && pattern.exec(text)) || [];
  if (id === undefined) return null;
  return {
    capturedAt: Number(capturedAt),
    capturedOrder: order === undefined ? firstOfAll : decode(order),
    id,
  };
}

/** Base64 as addresses can have it. */
const encode = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** Whatever it is, it is some place. */
function decode(text: string): string {
  const whole = text.length % 4 === 1 ? text.slice(1) : text;
  const bytes = atob(whole.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}
