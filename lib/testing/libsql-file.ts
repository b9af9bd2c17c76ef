import { createClient } from "@libsql/client/sqlite3";
import { type Database, openLibsql } from "@/lib/db/client";
import { type Connection, connectLibsql } from "@/lib/db/whole/connection";

/** The driver for a remote SQLite, on a file: its native client is no part of the product. */
export const connectLibsqlFile = (url: string): Promise<Connection> => connectLibsql(url, createClient);

/** The same with its schema. */
export const openLibsqlFile = (url: string): Database => openLibsql(url, null, { create: createClient });
