// A limit in words, for every sentence and form that names one. Both sides import it.

const MB = 1_000_000;
const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

/** "50 MB" for 50 MB and for 50 MiB alike: in either reading what is no larger is taken. */
export function sayBytes(bytes: number): string {
  if (bytes % GiB === 0) return `${bytes / GiB} GB`;
  if (bytes % MiB === 0) return `${bytes / MiB} MB`;
  return `${roundDown(bytes / MB)} MB`;
}

export const sayPixels = (pixels: number): string => `${roundDown(pixels / 1_000_000)} megapixels`;

const roundDown = (value: number): number => Math.floor(value * 10) / 10;
