import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import {
  accounts,
  albums,
  images,
  knownPlaces,
  plainForms,
  sessions,
  tokens,
  uploads,
  users,
} from "@/lib/db/schema";

/** Has an account that was made anew go on under the id that it had before: nobody is signed out, and nothing is lost. */
export async function giveFormerId(id: string, formerId: string): Promise<void> {
  const db = database();
  const { orm } = db;
  const [user] = await orm.select().from(users).where(eq(users.id, id));
  if (user === undefined) return;
  const { email, usedBytes: _, ...kept } = user;
  const interim = { ...kept, id: formerId, email: `${formerId}@interim.invalid`, updatedAt: now() };
  const isNamedAlike = sql`exists (select 1 from ${albums} as other where other.owner_id = ${formerId}
    and other.name = ${albums.name} and other.deleted_at is null and ${albums.deletedAt} is null)`;
  await db.atomic([
    orm
      .insert(users)
      .values(interim)
      .onConflictDoUpdate({ target: users.id, set: { role: user.role } }),
    orm.update(accounts).set({ userId: formerId, accountId: formerId }).where(eq(accounts.userId, id)),
    orm.update(sessions).set({ userId: formerId }).where(eq(sessions.userId, id)),
    orm.update(tokens).set({ userId: formerId }).where(eq(tokens.userId, id)),
    orm.update(knownPlaces).set({ userId: formerId }).where(eq(knownPlaces.userId, id)),
    orm
      .update(images)
      .set({ state: "trashed", deletedAt: now() })
      .where(
        and(
          eq(images.ownerId, id),
          sql`exists (select 1 from ${images} as other where other.owner_id = ${formerId}
            and other.sha256 = ${images.sha256} and other.state = 'ready')`,
        ),
      ),
    orm.update(images).set({ ownerId: formerId }).where(eq(images.ownerId, id)),
    orm
      .update(albums)
      .set({ name: sql`${albums.name} || ' (' || substr(${albums.id}, -12) || ')'` })
      .where(and(eq(albums.ownerId, id), isNamedAlike)),
    orm.update(albums).set({ ownerId: formerId }).where(eq(albums.ownerId, id)),
    orm.update(uploads).set({ ownerId: formerId }).where(eq(uploads.ownerId, id)),
    orm.update(plainForms).set({ ownerId: formerId }).where(eq(plainForms.ownerId, id)),
    // The triggers count by rows that come and go, and these only changed hands.
    orm
      .update(users)
      .set({
        usedBytes: sql`${users.usedBytes} + (select other.used_bytes from ${users} as other where other.id = ${id})`,
      })
      .where(eq(users.id, formerId)),
    orm.delete(users).where(eq(users.id, id)),
    orm.update(users).set({ email }).where(eq(users.id, formerId)),
  ]);
}
