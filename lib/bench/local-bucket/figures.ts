export const megabyte = 1024 ** 2;

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a ratio next to what it must reach. */
export function printRatio(what: string, ratio: number, mark: string): void {
  print(`  ratio, ${what}: ${ratio.toFixed(2)} (mark: ${mark})`);
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Measures contenders in turn, the first of a round last in the next, and keeps what each measured. */
export async function interleave<Name extends string>(
  rounds: number,
  contenders: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contenders) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) measured[name].push(await contenders[name]());
    names.push(...names.splice(0, 1));
  }
  return measured;
}
