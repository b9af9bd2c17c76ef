import "server-only";
import BetterSqlite from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";

/** What opens a database in a file. It is native, 30 MB of it, and functions are deployed without: see "Drivers" in README.md. */
export const fileDrivers = { BetterSqlite, drizzle };
