import type { ParseArgsConfig } from "node:util";

export type Flags = Record<string, string | boolean | string[] | undefined>;

/** Like “1 account”, “2 accounts”. */
export const counted = (count: number | undefined, one: string): string =>
  `${count ?? 0} ${one}${count === 1 ? "" : "s"}`;

/** One command of `npm run manage`. Every one takes --help and --json besides its own options. */
export interface Command {
  /** What follows the name, for the help text. */
  usage?: string;
  options?: NonNullable<ParseArgsConfig["options"]>;
  /** Whether names of files follow it. */
  takesFiles?: boolean;
  /**
   * What it did, as data (--json) and as a sentence; an exit code where it did its work and yet has bad news. A command
   * that runs until it is stopped returns nothing.
   */
  run(flags: Flags, files: string[]): Promise<{ data: object; text: string; exitCode?: number } | undefined>;
}
