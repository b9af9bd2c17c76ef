// A limit in words, for every sentence and form that names one. Both sides import it.

import { unitsOfLimit } from "@/lib/texts/formats";

const symbols = { gigabyte: "GB", megabyte: "MB" };

/** "50 MB", as programs and logs are told. */
export function sayBytes(bytes: number): string {
  const { value, unit } = unitsOfLimit(bytes);
  return `${value} ${symbols[unit]}`;
}

export const sayPixels = (pixels: number): string => `${roundDown(pixels / 1_000_000)} megapixels`;

const roundDown = (value: number): number => Math.floor(value * 10) / 10;
