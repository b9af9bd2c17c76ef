import { type Database, openDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { images, installation, users } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { imageRow } from "./image-rows";

/** Whose pictures they are, in each of them. */
export const owner = newId();

/** Opens a database in a file, which it makes where there is none, for as long as the work takes. */
export async function withDatabase<T>(file: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase(`file:${file}`);
  try {
    await migrate(db);
    return await work(db);
  } finally {
    db.close();
  }
}

/** Adds pictures of one person, without any bytes in a bucket, to a database that is of some Pail. */
export const addPictures = (file: string, count: number): Promise<void> =>
  withDatabase(file, async (db) => {
    const at = new Date();
    const person = { id: owner, name: "Ada", email: "ada@example.org", createdAt: at, updatedAt: at };
    await db.orm.insert(users).values(person).onConflictDoNothing();
    await db.orm.insert(installation).values({ one: 1, id: newId() }).onConflictDoNothing();
    for (let added = 0; added < count; added += 20) {
      const rows = Array.from({ length: Math.min(20, count - added) }, () => imageRow(owner));
      await db.orm.insert(images).values(rows);
    }
  });

export const countPictures = (file: string): Promise<number> =>
  withDatabase(file, async (db) => (await db.orm.select({ id: images.id }).from(images)).length);
