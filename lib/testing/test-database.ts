import path from "node:path";
import BetterSqlite from "better-sqlite3";
import { beforeAll, describe, vi } from "vitest";
import { database, openDatabase, setDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { env } from "@/lib/env";
import { openLibsqlFile } from "./libsql-file";

const drivers = { "better-sqlite3": openDatabase, libsql: openLibsqlFile };
type Driver = keyof typeof drivers;

const fileOf = (driver: Driver): string => path.join(env().dataDir, `${driver}.sqlite`);

/** For tests of a started Pail: it goes on with this driver, and a database for that driver alone. */
export async function useDriver(driver: Driver): Promise<void> {
  database().close();
  setDatabase(drivers[driver](`file:${fileOf(driver)}`));
  await migrate(database());
}

export function onEachDriver(tests: () => void): void {
  describe.each(Object.keys(drivers) as Driver[])("on %s", (driver) => {
    beforeAll(() => useDriver(driver));
    tests();
  });
}

/** How SQLite goes about the statements that `run` sends to it, through better-sqlite3. */
export async function plansOf(run: () => Promise<unknown>): Promise<string[]> {
  const prepare = vi.spyOn(BetterSqlite.prototype, "prepare");
  await run();
  const statements = prepare.mock.calls.map(([source]) => source);
  prepare.mockRestore();
  const sqlite = new BetterSqlite(fileOf("better-sqlite3"), { readonly: true });
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
