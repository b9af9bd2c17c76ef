export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** A ratio next to what it must reach. */
export const ratioLine = (name: string, ratio: number, mark: string): string =>
  `  ratio, ${name}: ${ratio.toFixed(2)} (mark: ${mark})`;
