import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { eq, sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "@/lib/ids";
import { imageRow } from "@/lib/testing/image-rows";
import { openLibsqlFile } from "@/lib/testing/libsql-file";
import { type Database, openDatabase } from "./client";
import { insertWhere } from "./insert-where";
import { findInstallation } from "./installation";
import { migrate } from "./migrate";
import { images, installation, sessions, uploads, users } from "./schema";

const drivers = { "better-sqlite3": openDatabase, libsql: openLibsqlFile };

describe.each(Object.keys(drivers) as (keyof typeof drivers)[])("%s", (driver) => {
  let folder: string;
  let db: Database;
  let sameFile: Database;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "pail-db-"));
    const url = `file:${path.join(folder, "pail.sqlite")}`;
    db = drivers[driver](url);
    await migrate(db);
    sameFile = drivers[driver](url);
  });
  afterAll(async () => {
    db.close();
    sameFile.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function addUser(changes: Partial<typeof users.$inferInsert> = {}): Promise<string> {
    const row = userRow(changes);
    await db.orm.insert(users).values(row);
    return row.id;
  }

  const usedBytes = async (id: string) =>
    (await db.orm.select({ used: users.usedBytes }).from(users).where(eq(users.id, id)))[0]?.used;

  test("migrating again changes nothing and keeps what is there", async () => {
    const id = await addUser();
    const schemaOf = () => db.orm.all(sql`select name, sql from sqlite_master order by name`);
    const before = await schemaOf();
    await migrate(db);
    await migrate(sameFile);
    expect(await schemaOf()).toEqual(before);
    expect(await usedBytes(id)).toBe(0);
  });

  test("a database is of one installation for good, once it is of one", async () => {
    expect(await findInstallation(db)).toBeNull();
    await db.orm.insert(installation).values({ one: 1, id: "an-id" });
    await migrate(db);
    expect(await findInstallation(sameFile)).toBe("an-id");
    await expect(
      db.orm.insert(installation).values({ one: 2, id: "another" }),
      "there is no second one",
    ).rejects.toThrow();
  });

  test("atomic gives each statement's rows, in order", async () => {
    const [a, b] = [userRow(), userRow()];
    const rows = await db.atomic([
      db.orm.insert(users).values(a).returning({ id: users.id }),
      db.orm.insert(users).values(b),
      db.orm.update(users).set({ name: "Ada" }).where(eq(users.id, a.id)).returning({ name: users.name }),
      db.orm.select({ id: users.id }).from(users).where(eq(users.id, b.id)),
    ]);
    expect([rows[0], rows[2], rows[3]]).toEqual([[{ id: a.id }], [{ name: "Ada" }], [{ id: b.id }]]);
  });

  test("atomic undoes the first statement where a later one fails", async () => {
    const row = userRow();
    const twice = () => db.orm.insert(users).values(row);
    await expect(db.atomic([twice(), twice()])).rejects.toThrow();
    expect(await usedBytes(row.id)).toBeUndefined();
    // The connection is usable again, also for the other one.
    await sameFile.orm.insert(users).values(row);
    expect(await usedBytes(row.id)).toBe(0);
  });

  test("the error of a query says nothing of its values", async () => {
    const row = userRow({ name: "a secret of a user" });
    await db.orm.insert(users).values(row);
    const error = await db.orm
      .insert(users)
      .values(row)
      .then(
        () => null,
        (reason: unknown) => reason,
      );
    expect(error).toBeInstanceOf(Error);
    const said = inspect(error, { depth: 10, showHidden: true });
    expect(said).toContain("UNIQUE constraint failed");
    for (const value of [row.name, row.email, row.id]) expect(said).not.toContain(value);
  });

  test("insertWhere inserts where the condition holds, and only there", async () => {
    const row = userRow();
    const insert = (condition: ReturnType<typeof sql>) =>
      insertWhere(db, users, row, condition).returning({ id: users.id });
    expect(await insert(sql`1 = 2`)).toEqual([]);
    expect(await insert(sql`1 = 1`)).toEqual([{ id: row.id }]);
    expect(await db.orm.select().from(users).where(eq(users.id, row.id))).toEqual([row]);
  });

  test("insertWhere takes what the row leaves out from the schema", async () => {
    const { role: _, emailVerified: __, image: ___, usedBytes: ____, ...row } = userRow();
    const [inserted] = await insertWhere(db, users, row, sql`1 = 1`).returning();
    expect(inserted).toEqual({ ...row, role: "user", emailVerified: false, image: null, usedBytes: 0 });
  });

  test("of two inserts at once under the same condition, one happens", async () => {
    const name = newId();
    const insert = (database: Database) =>
      insertWhere(
        database,
        users,
        userRow({ name }),
        sql`not exists (select 1 from ${users} where ${users.name} = ${name})`,
      ).returning({ id: users.id });
    const attempts = Array.from({ length: 10 }, async (_, i) => insert(i % 2 === 0 ? db : sameFile));
    expect((await Promise.all(attempts)).flat()).toHaveLength(1);
  });

  test("used_bytes is what images hold and uploads have reserved, whatever happens to them", async () => {
    const verb = fc.constantFrom(...Object.keys(verbs));
    const steps = fc.array(fc.record({ verb, bytes: fc.nat(1_000_000) }), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const [ownerId, other] = [await addUser(), await addUser()];
        await db.orm.insert(images).values(imageRow(other, { storedBytes: 11 }));
        for (const { verb, bytes } of taken) await verbs[verb]?.(db.orm, ownerId, bytes);
        const [sum] = await db.orm.all<{ bytes: number }>(sql`select
          coalesce((select sum(stored_bytes) from images where owner_id = ${ownerId}), 0)
          + coalesce((select sum(reserved_bytes) from uploads where owner_id = ${ownerId}), 0) as bytes`);
        expect(await usedBytes(ownerId)).toBe(sum?.bytes);
        expect(await usedBytes(other)).toBe(11);
      }),
      { numRuns: 15 },
    );
  });

  test("unknown roles and states are refused, and a state that its date contradicts", async () => {
    const ownerId = await addUser();
    const refused = async (constraint: string, insert: () => PromiseLike<unknown>) =>
      expect(await messageOf(insert)).toContain(`CHECK constraint failed: ${constraint}`);
    const addOwned = (changes: object) => db.orm.insert(images).values(imageRow(ownerId, changes));
    await refused("users_role", () => db.orm.insert(users).values({ ...userRow(), role: "king" as never }));
    await refused("uploads_state", () =>
      db.orm.insert(uploads).values({ ...uploadRow(ownerId, 1), state: "lost" as never }),
    );
    await refused("images_state", () => addOwned({ state: "lost", deletedAt: new Date() }));
    await refused("images_deleted", () => addOwned({ state: "trashed", deletedAt: null }));
    await refused("images_deleted", () => addOwned({ state: "ready", deletedAt: new Date() }));
    expect(await usedBytes(ownerId)).toBe(0);
  });

  test("a row of nobody is refused, and a user's rows go with the user", async () => {
    const nobody = () => db.orm.insert(uploads).values(uploadRow(newId(), 1));
    expect(await messageOf(nobody)).toContain("FOREIGN KEY constraint failed");
    const userId = await addUser();
    const session = { id: newId(), userId, token: newId(), expiresAt: new Date(), ...timestamps() };
    await db.atomic([
      db.orm.insert(images).values(imageRow(userId)),
      db.orm.insert(uploads).values(uploadRow(userId, 1)),
      db.orm.insert(sessions).values(session),
    ]);
    await db.orm.delete(users).where(eq(users.id, userId));
    const left = await Promise.all([
      db.orm.select().from(images).where(eq(images.ownerId, userId)),
      db.orm.select().from(uploads).where(eq(uploads.ownerId, userId)),
      db.orm.select().from(sessions).where(eq(sessions.userId, userId)),
    ]);
    expect(left).toEqual([[], [], []]);
  });

  test("an owner has a picture once among the ready ones; in the trash it may lie again and again", async () => {
    const [ownerId, other] = [await addUser(), await addUser()];
    const { sha256 } = imageRow(ownerId);
    const add = (owner: string, changes = {}) =>
      db.orm.insert(images).values(imageRow(owner, { sha256, ...changes }));
    await add(ownerId);
    expect(await messageOf(() => add(ownerId))).toContain("UNIQUE constraint failed");
    await add(other);
    for (const state of ["trashed", "purging", "trashed"])
      await add(ownerId, { state, deletedAt: new Date() });
    const rows = await db.orm.select().from(images).where(eq(images.ownerId, ownerId));
    expect(rows).toHaveLength(4);
  });
});

test("the file is opened so that what was acknowledged survives a power cut", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-db-"));
  const db = openDatabase(`file:${path.join(folder, "new", "pail.sqlite")}`);
  const pragma = async (name: string) =>
    Object.values((await db.orm.get<object>(sql.raw(`pragma ${name}`))) ?? {});
  expect(await pragma("journal_mode")).toEqual(["wal"]);
  expect(await pragma("synchronous")).toEqual([2]);
  expect(await pragma("foreign_keys")).toEqual([1]);
  expect(await pragma("busy_timeout")).toEqual([5000]);
  db.close();
  await rm(folder, { recursive: true, force: true });
});

type Verb = (orm: Database["orm"], ownerId: string, bytes: number) => PromiseLike<unknown>;

const oneImage = (owner: string) =>
  sql`${images.id} = (select min(id) from images where owner_id = ${owner} and state = 'ready')`;
const oneUpload = (owner: string) =>
  sql`${uploads.id} = (select min(id) from uploads where owner_id = ${owner})`;

/** What happens to pictures and uploads. Nothing changes an image's stored_bytes: no trigger looks at that. */
const verbs: Record<string, Verb> = {
  addImage: (orm, owner, bytes) => orm.insert(images).values(imageRow(owner, { storedBytes: bytes })),
  trashImage: (orm, owner) =>
    orm.update(images).set({ state: "trashed", deletedAt: new Date() }).where(oneImage(owner)),
  dropImage: (orm, owner) => orm.delete(images).where(oneImage(owner)),
  addUpload: (orm, owner, bytes) => orm.insert(uploads).values(uploadRow(owner, bytes)),
  reserve: (orm, owner, bytes) => orm.update(uploads).set({ reservedBytes: bytes }).where(oneUpload(owner)),
  reserveForAll: (orm, owner, bytes) =>
    orm.update(uploads).set({ reservedBytes: bytes }).where(eq(uploads.ownerId, owner)),
  endUpload: (orm, owner) =>
    orm.update(uploads).set({ state: "expired", reservedBytes: 0 }).where(oneUpload(owner)),
  dropUpload: (orm, owner) => orm.delete(uploads).where(oneUpload(owner)),
  dropAll: (orm, owner) => orm.delete(uploads).where(eq(uploads.ownerId, owner)),
};

const timestamps = () => ({ createdAt: new Date(), updatedAt: new Date() });

function userRow(changes: Partial<typeof users.$inferInsert> = {}) {
  const id = newId();
  return {
    id,
    name: "Viewer",
    email: `${id}@example.org`,
    emailVerified: true,
    image: null,
    role: "user" as const,
    usedBytes: 0,
    ...timestamps(),
    ...changes,
  } as typeof users.$inferSelect;
}

function uploadRow(ownerId: string, reservedBytes: number): typeof uploads.$inferInsert {
  const object = { type: "image/webp", bytes: 1, sha256: "" } as const;
  return {
    id: newId(),
    ownerId,
    imageId: newId(),
    name: "lake.jpg",
    objects: { original: { ...object, type: "image/jpeg" }, thumb: object, display: object },
    thumbhash: "",
    reservedBytes,
    createdAt: new Date(),
    expiresAt: new Date(),
  };
}

/** What the database said to a statement that should fail; drizzle keeps it as the cause. */
async function messageOf(run: () => PromiseLike<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    const { message, cause } = error as Error;
    return cause instanceof Error ? `${message}\n${cause.message}` : message;
  }
  return "it did not fail";
}
