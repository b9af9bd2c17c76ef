import "server-only";
import { and, eq, inArray, sql } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { images, uploads } from "@/lib/db/schema";
import { media } from "@/lib/storage/locations";
import { isOpen } from "@/lib/uploads/objects";
import { type Candidate, withoutRow } from "./candidates";
import { makeAccounts } from "./journal/unknown-accounts";

const atOnce = 100;

export interface Adopted {
  /** ids of pictures that have a row now and had none */
  adopted: string[];
  /** ids of pictures of which their owner has another one with the same bytes */
  duplicates: string[];
}

/** Gives them rows, as their confirm would have. Accounts that are not there come back as ones nobody can sign in to. */
export async function adopt(candidates: Candidate[]): Promise<Adopted> {
  const db = database();
  const report: Adopted = { adopted: [], duplicates: [] };
  for (let start = 0; start < candidates.length; start += atOnce) {
    const batch = candidates.slice(start, start + atOnce);
    await makeAccounts(batch.map(({ row }) => row.ownerId));
    const inserts = batch.map(({ row }) =>
      db.orm.insert(images).values(row).onConflictDoNothing().returning({ id: images.id }),
    );
    const [first, ...others] = inserts;
    if (first === undefined) break;
    const inserted = (await db.atomic([first, ...others])).flat().map(({ id }) => id);
    const isThere = new Set(inserted);
    const rest = batch.map(({ row }) => row.id).filter((id) => !isThere.has(id));
    report.adopted.push(...inserted);
    report.duplicates.push(...(await withoutRow(rest)));
    await endUploads(batch);
  }
  return report;
}

/**
 * Drops the rows of what was in the trash when it was last told of, and has gone from there since: the journal did not live to tell it.
 */
export async function dropPurged(): Promise<void> {
  const { orm } = database();
  const rows = await orm
    .select({ id: images.id, keys: images.keys })
    .from(images)
    .where(sql`${images.state} <> 'ready'`);
  const storage = media();
  for (const { id, keys } of rows) {
    const isHere = keys.original.startsWith(`${storage.location}/`);
    if (!isHere || (await storage.exists(storage.nameOf(keys.original)))) continue;
    await storage.delete(Object.values(keys).map((key) => storage.nameOf(key)));
    await orm.delete(images).where(and(eq(images.id, id), sql`${images.state} <> 'ready'`));
  }
}

/** What a restored database takes for unfinished has become a picture. */
async function endUploads(candidates: Candidate[]): Promise<void> {
  const ids = candidates.flatMap(({ uploadId }) => uploadId ?? []);
  const hasImage = sql`exists (select 1 from ${images} where ${images.id} = ${uploads.imageId})`;
  await database()
    .orm.update(uploads)
    .set({ state: "ready", reservedBytes: 0 })
    .where(and(inArray(uploads.id, ids), isOpen, hasImage));
}
