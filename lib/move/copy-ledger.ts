import "server-only";
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import path from "node:path";
import BetterSqlite from "better-sqlite3";
import { AppError } from "@/lib/errors";
import type { ListedKey } from "@/lib/storage/list-objects";

type Seen = Pick<ListedKey, "etag" | "modifiedAt">;

/** What was changed less long ago may change once more within the same second, which no listing tells. */
const settledAfterMs = 5000;

/**
 * What copies into one bucket have found out, in a file of its own beside the database: which objects were compared, each as its
 * two stores listed it then. However many there are, little of it is in memory.
 */
export class CopyLedger {
  readonly #db: BetterSqlite.Database;

  /** Throws AppError `unavailable` where another copy into that bucket is under way. */
  constructor(dataDir: string, bucketUrl: string) {
    const folder = path.join(dataDir, "copies");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const name = createHash("sha256").update(bucketUrl).digest("hex").slice(0, 16);
    this.#db = new BetterSqlite(path.join(folder, `${name}.sqlite`), { timeout: 0 });
    try {
      this.#db.pragma("locking_mode = exclusive");
      this.#db.exec(`
        create table if not exists compared (key text primary key, source text, target text) without rowid;
        drop table if exists present;
        create table present (key text primary key, bytes integer, version text) without rowid;
      `);
    } catch (cause) {
      this.#db.close();
      if (!String((cause as { code?: unknown }).code).startsWith("SQLITE_BUSY")) throw cause;
      throw new AppError("unavailable", "Another copy into this bucket is under way. Let it end first.", {
        cause,
      });
    }
  }

  /** Notes a page of what the target lists. */
  notePresent(page: ListedKey[]): void {
    const insert = this.#db.prepare("insert or replace into present values (?, ?, ?)");
    this.#db.transaction(() => {
      for (const object of page) insert.run(object.key, object.bytes, versionOf(object));
    })();
  }

  /** Its length in the target, and whether it was compared with the source as both are; null where it is not there. */
  find(source: ListedKey): { bytes: number; isCompared: boolean } | null {
    const row = this.#db
      .prepare<[string], { bytes: number; version: string | null; source: string; target: string }>(
        "select bytes, version, source, target from present left join compared using (key) where key = ?",
      )
      .get(source.key);
    if (row === undefined) return null;
    const version = versionOf(source);
    const isCompared = version !== null && row.source === version && row.target === row.version;
    return { bytes: row.bytes, isCompared };
  }

  /** That they are the same, as they were at that moment: the next copy goes by what the two list. */
  noteCompared(key: string, source: Seen, target: Seen, lookedAt: Date): void {
    const isSettled = source.modifiedAt.getTime() < lookedAt.getTime() - settledAfterMs;
    const versions = [isSettled ? versionOf(source) : null, versionOf(target)];
    this.#db.prepare("insert or replace into compared values (?, ?, ?)").run(key, ...versions);
  }

  /** Whether a copy has put it there, now or earlier. */
  knows(key: string): boolean {
    return this.#db.prepare("select 1 from compared where key = ?").get(key) !== undefined;
  }

  /** That the source has it: what is left is in the target alone. */
  noteFound(keys: string[]): void {
    const remove = this.#db.prepare("delete from present where key = ?");
    this.#db.transaction(() => {
      for (const key of keys) remove.run(key);
    })();
  }

  /** What is in the target alone, a few at a time, as far as copies have put it there and nobody has changed it since. */
  *leftBehind(): Generator<string[]> {
    const page = this.#db.prepare<[string], { key: string }>(
      `select key from present join compared using (key)
       where key > ? and target = version order by key limit 1000`,
    );
    for (let last = ""; ; ) {
      const keys = page.all(last).map(({ key }) => key);
      if (keys.length === 0) return;
      yield keys;
      last = keys.at(-1) ?? last;
    }
  }

  /** Keys under a prefix that the target lists, a few at a time. */
  *presentUnder(prefix: string): Generator<string[]> {
    const page = this.#db.prepare<[string, string], { key: string }>(
      "select key from present where key > ? and key < ? order by key limit 1000",
    );
    for (let last = prefix; ; ) {
      const keys = page.all(last, `${prefix}\u{10ffff}`).map(({ key }) => key);
      if (keys.length === 0) return;
      yield keys;
      last = keys.at(-1) ?? last;
    }
  }

  /** How many are in the target alone, once everything in the source was noted as found. */
  countLeft(): number {
    return this.#db.prepare<[], { left: number }>("select count(*) as left from present").get()?.left ?? 0;
  }

  forget(keys: string[]): void {
    const remove = this.#db.prepare("delete from compared where key = ?");
    this.#db.transaction(() => {
      for (const key of keys) remove.run(key);
    })();
    this.noteFound(keys);
  }

  close(): void {
    this.#db.close();
  }
}

/** Of a listing, or of a HEAD, which tells whole seconds; null where a store lists no ETags. */
const versionOf = ({ etag, modifiedAt }: Seen): string | null =>
  etag === "" ? null : `${etag.replaceAll('"', "")}@${Math.floor(modifiedAt.getTime() / 1000)}`;
