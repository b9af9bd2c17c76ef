import BetterSqlite from "better-sqlite3";
import { vi } from "vitest";

/** For tests: how SQLite goes about the statements that `run` sends to the database in this file. */
export async function plansOf(file: string, run: () => Promise<unknown>): Promise<string[]> {
  const prepare = vi.spyOn(BetterSqlite.prototype, "prepare");
  await run();
  const statements = prepare.mock.calls.map(([source]) => source);
  prepare.mockRestore();
  const sqlite = new BetterSqlite(file, { readonly: true });
  const plans = statements.map((source) => {
    const parameters = source
      .split("?")
      .slice(1)
      .map(() => null);
    const steps = sqlite
      .prepare<unknown[], { detail: string }>(`explain query plan ${source}`)
      .all(...parameters);
    return steps.map((step) => step.detail).join("\n");
  });
  sqlite.close();
  return plans;
}
