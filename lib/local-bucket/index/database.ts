import { join } from "node:path";
import Database from "better-sqlite3";
import { migrateIndex } from "./schema";

/** SQLite starts its log over after a thousand pages of 4 KB. */
const logBytes = 4 * 1024 ** 2;

/** A process that was just killed may hold the folder for a moment. */
const lockWaitMs = 5000;

interface Write {
  run: () => unknown;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

/** The SQLite file of a bucket's folder, held by one process alone. A write that has resolved is on the disk. */
export class IndexDatabase {
  readonly sql: Database.Database;
  #waiting: Write[] = [];
  #deferred: (() => void)[] = [];

  constructor(dataDir: string) {
    this.sql = new Database(join(dataDir, "index.sqlite"), { timeout: lockWaitMs });
    try {
      // One process owns the folder: another would take its half-written files for leftovers.
      this.sql.pragma("locking_mode = EXCLUSIVE");
      this.sql.pragma("journal_mode = WAL");
      this.sql.pragma("synchronous = FULL");
      this.sql.pragma("foreign_keys = ON");
      migrateIndex(this.sql);
      this.#lengthenLog();
    } catch (error) {
      this.sql.close();
      throw error;
    }
  }

  /** Writes that come at the same moment share one transaction, and so one sync of the disk. */
  write<T>(run: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ run, resolve, reject });
    });
  }

  /** Writes together with whatever is written next: what may be lost needs no sync of its own. */
  defer(run: () => void): void {
    this.#deferred.push(run);
  }

  close(): void {
    this.#flush();
    const deferred = this.#takeDeferred();
    if (deferred.length > 0) this.sql.transaction(() => runAll(deferred))();
    this.sql.close();
  }

  /**
   * Makes SQLite's write-ahead log as long as it gets before it starts over. A commit that need not lengthen the file
   * syncs several times faster, and nothing else is served meanwhile; and there is room to delete on a full disk.
   */
  #lengthenLog(): void {
    this.sql.exec(`
      DROP TABLE IF EXISTS padding;
      CREATE TABLE padding (bytes BLOB);
      INSERT INTO padding VALUES (zeroblob(${logBytes}));
      DROP TABLE padding;
    `);
    this.sql.pragma("wal_checkpoint(RESTART)");
  }

  #takeDeferred(): (() => void)[] {
    const deferred = this.#deferred;
    this.#deferred = [];
    return deferred;
  }

  #flush(): void {
    const writes = this.#waiting;
    this.#waiting = [];
    if (writes.length === 0) return;
    const deferred = this.#takeDeferred();
    const settle: (() => void)[] = [];
    const runNested = this.sql.transaction((write: Write) => write.run());
    const runTogether = this.sql.transaction(() => {
      runAll(deferred);
      for (const write of writes) {
        try {
          // Nested, so that a refused write takes back itself only.
          const result = runNested(write);
          settle.push(() => write.resolve(result as never));
        } catch (error) {
          // A full or failing disk ends the outer transaction too: then none of them has happened.
          if (!this.sql.inTransaction) throw error;
          settle.push(() => write.reject(error));
        }
      }
    });
    try {
      runTogether.immediate();
    } catch (error) {
      this.#deferred.unshift(...deferred);
      for (const write of writes) write.reject(error);
      return;
    }
    for (const answer of settle) answer();
  }
}

function runAll(runs: readonly (() => void)[]): void {
  for (const run of runs) run();
}
