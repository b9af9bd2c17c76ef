import type { IndexDatabase } from "./database";

/** A file with bytes of an object or of a part. */
export interface Blob {
  id: string;
  size: number;
  /** In base64. */
  sha256: string;
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
  add({ id, size, sha256 }: Blob): void {
    this.#statements.add.run(id, size, sha256);
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
    return this.#statements.find.get(id);
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

  /** What there must be under ids with this start, in order. */
  withPrefix(prefix: string): Blob[] {
    return this.#statements.withPrefix.all(prefix, `${prefix}g`);
  }
}

function prepare({ sql }: IndexDatabase) {
  const columns = "id, size, sha256";
  return {
    add: sql.prepare(`INSERT INTO blob (${columns}) VALUES (?, ?, ?)`),
    letGo: sql.prepare("UPDATE blob SET let_go = 1 WHERE id = ?"),
    forget: sql.prepare("DELETE FROM blob WHERE id = ? AND let_go"),
    find: sql.prepare<[string], Blob>(`SELECT ${columns} FROM blob WHERE id = ? AND NOT let_go`),
    allLetGo: sql.prepare<[], string>("SELECT id FROM blob WHERE let_go").pluck(),
    withPrefix: sql.prepare<[string, string], Blob>(
      `SELECT ${columns} FROM blob WHERE id >= ? AND id < ? AND NOT let_go ORDER BY id`,
    ),
  };
}
