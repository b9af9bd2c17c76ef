import { createClient } from "@libsql/client/sqlite3";
import { type Database, openLibsql } from "@/lib/db/client";

/** The driver for a remote SQLite, on a file: its native client is no part of the product. */
export const openLibsqlFile = (url: string): Database => openLibsql(url, null, createClient);
