import type { Checksums } from "../wire/checksums";
import type { IndexDatabase } from "./database";

/** A file with bytes of an object or of a part. */
export interface Blob {
  id: string;
  size: number;
  /** In base64. */
  sha256: string;
  /** Of one that was a part of an upload: what its object does not tell, which has digests of all parts together. */
  part?: { etag: string; checksums: Checksums } | undefined;
}

/**
 * Which files there must be. One that no row names any more stays listed as let go until its file is gone, so that the
 * server never has to guess which files it may remove.
 */
export class BlobRegistry {
  readonly #db: IndexDatabase;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: IndexDatabase) {
    this.#db = db;
    this.#statements = prepare(db);
  }

  /** Part of a write. */
  add({ id, size, sha256, part }: Blob): void {
    this.#statements.add.run(id, size, sha256, part ? JSON.stringify(part) : null);
  }

  /** Part of a write. */
  letGo(ids: readonly string[]): void {
    for (const id of ids) this.#statements.letGo.run(id);
  }

  /** Strikes off a blob whose file is gone, with the next write. */
  forget(id: string): void {
    this.#db.defer(() => this.#statements.forget.run(id));
  }

  find(id: string): Blob | undefined {
    const row = this.#statements.find.get(id);
    return row && { ...row, part: row.part === null ? undefined : JSON.parse(row.part) };
  }

  /** A blob that a row names; that it is listed is the index's own promise. */
  get(id: string): Blob {
    const blob = this.find(id);
    if (blob) return blob;
    throw new Error(`The index names the blob ${id} and does not list it.`);
  }

  /** The ids of blobs whose files may still be there, although nothing needs them. */
  allLetGo(): string[] {
    return this.#statements.allLetGo.all();
  }

  /** What there must be under ids with this start, in order, without what is told of parts. */
  withPrefix(prefix: string): Omit<Blob, "part">[] {
    return this.#statements.withPrefix.all(prefix, `${prefix}g`);
  }
}

function prepare({ sql }: IndexDatabase) {
  const columns = "id, size, sha256";
  return {
    add: sql.prepare(`INSERT INTO blob (${columns}, part) VALUES (?, ?, ?, ?)`),
    letGo: sql.prepare("UPDATE blob SET let_go = 1 WHERE id = ?"),
    forget: sql.prepare("DELETE FROM blob WHERE id = ? AND let_go"),
    find: sql.prepare<[string], Omit<Blob, "part"> & { part: string | null }>(
      `SELECT ${columns}, part FROM blob WHERE id = ? AND NOT let_go`,
    ),
    allLetGo: sql.prepare<[], string>("SELECT id FROM blob WHERE let_go").pluck(),
    withPrefix: sql.prepare<[string, string], Blob>(
      `SELECT ${columns} FROM blob WHERE id >= ? AND id < ? AND NOT let_go ORDER BY id`,
    ),
  };
}
