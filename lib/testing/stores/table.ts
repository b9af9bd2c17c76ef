import type { StoreName } from "./stores";
import type { Outcome } from "./test-reports";

/** What came of one store. */
export interface Result {
  name: StoreName;
  /** empty where it did not start */
  version: string;
  outcomes: (Outcome & { title: string })[];
  /** why the tests could not be run to their end; null where they were */
  trouble: string | null;
  seconds: number;
}

/** The results as lines of text: a table, and below it each failure. */
export function asTable(results: Result[]): string {
  const titles = [...new Set(results.flatMap(({ outcomes }) => outcomes.map(({ title }) => title)))];
  const rows = results.map(({ name, version, outcomes, seconds }) => [
    name,
    version || "-",
    ...titles.map((title) => count(outcomes.find((outcome) => outcome.title === title))),
    String(seconds),
  ]);
  const cells = [["store", "version", ...titles, "seconds"], ...rows];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return ["", ...lines, ...results.flatMap(failuresOf)].join("\n");
}

function count(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "-";
  const { passed, failures, notRun } = outcome;
  return [
    `${passed} passed`,
    ...(failures.length > 0 ? [`${failures.length} failed`] : []),
    ...(notRun > 0 ? [`${notRun} not run`] : []),
  ].join(", ");
}

function failuresOf({ name, outcomes, trouble }: Result): string[] {
  const failures = outcomes.flatMap(({ title, failures: all }) => all.map((one) => `${title}: ${one}`));
  const lines = [...failures, ...(trouble === null ? [] : [trouble])];
  return lines.length === 0 ? [] : ["", `${name}:`, ...lines.map((line) => `  ${line}`)];
}
