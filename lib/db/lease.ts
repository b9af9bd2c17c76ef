import "server-only";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { log } from "@/lib/log";
import type { Database } from "./client";
import { DatabaseError, databaseErrorOf } from "./failure";

/** Whoever has died while it held the lease is waited for this long. Its end is told by the database's clock alone. */
const leaseSeconds = 30;
/** Longer than that, and than a migration of a large database. */
const waitAtMostMs = 180_000;
const askEveryMs = 200;
const sayAfterMs = 3000;

/**
 * Runs `work` while no other process does, for as long as `isNeeded`: the others wait until it is done. Throws DatabaseError where
 * that takes minutes. It is for the tables' migration, so it needs no table that one has made.
 */
export async function runInTurn(
  db: Database,
  isNeeded: () => Promise<boolean>,
  work: () => Promise<void>,
): Promise<void> {
  const holder = randomUUID();
  const began = performance.now();
  let isSaid = false;
  while (await isNeeded()) {
    if (await take(db, holder)) {
      try {
        // Whoever had it before may have done it since.
        if (await isNeeded()) await work();
        return;
      } finally {
        await leave(db, holder);
      }
    }
    const waitedMs = performance.now() - began;
    if (waitedMs > waitAtMostMs) {
      const sentence = "The database is busy: another Pail has been bringing it up to date for minutes.";
      throw new DatabaseError("busy", sentence);
    }
    if (waitedMs > sayAfterMs && !isSaid) {
      log.info("waiting for another Pail that brings the database up to date");
      isSaid = true;
    }
    await delay(askEveryMs * (0.5 + Math.random()));
  }
}

async function take({ orm }: Database, holder: string): Promise<boolean> {
  try {
    await orm.run(sql`create table if not exists migration_lease
      (id integer primary key check (id = 1), holder text not null, ends_at integer not null)`);
    const rows = await orm.all(sql`insert into migration_lease (id, holder, ends_at)
      values (1, ${holder}, unixepoch() + ${leaseSeconds})
      on conflict (id) do update set holder = excluded.holder, ends_at = excluded.ends_at
      where migration_lease.ends_at <= unixepoch() returning holder`);
    return rows.length > 0;
  } catch (error) {
    // It writes, and so cannot be asked.
    if (databaseErrorOf(error, "")?.reason === "busy") return false;
    throw error;
  }
}

/** Where it cannot be given back, it ends by itself. */
async function leave({ orm }: Database, holder: string): Promise<void> {
  try {
    await orm.run(sql`delete from migration_lease where holder = ${holder}`);
  } catch (error) {
    log.warn({ error }, "the lease of the migration is left to end");
  }
}
