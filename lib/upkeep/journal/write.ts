import "server-only";
import { asc, count, lt, lte, ne } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { changes, journalParts, users } from "@/lib/db/schema";
import { journal } from "@/lib/storage/locations";
import { knowStore } from "@/lib/uploads/store";
import { requireOwnBucket } from "./identity";
import {
  changesObject,
  listParts,
  newPartName,
  newsAmong,
  sealWhole,
  wholeObject,
  writeObject,
} from "./parts";
import { kinds, listRecords, type Record, readRecords } from "./records";

/** Of one object: a few megabytes in memory, and some hundred kilobytes in the bucket. */
const recordsAtOnce = 2000;
const rowsAtOnce = 500;
/** When so many parts have come since, or so many bytes, or half of what all takes, all is told anew. */
const mostParts = 500;
const fewBytes = 4 * 1024 * 1024;

export interface JournalWritten {
  /** things of which the bucket was told what became of them */
  changes: number;
}

/**
 * Tells the bucket what was changed since the last time, in the order of the changes. Each step can be cut short: what was told twice
 * is the same. Throws AppError `other_pail` where the bucket belongs to another Pail, and StorageError.
 */
export async function writeChanges(): Promise<JournalWritten> {
  const { orm } = database();
  const written = { changes: 0 };
  for (;;) {
    const rows = await orm
      .select()
      .from(changes)
      .where(ne(changes.kind, "muted"))
      .orderBy(asc(changes.number))
      .limit(recordsAtOnce);
    const last = rows.at(-1);
    if (last === undefined) return written;
    if (written.changes === 0) await readyBucket();
    const records: Record[] = [];
    for (const kind of kinds) {
      const ids = rows.filter((row) => row.kind === kind).map(({ id }) => id);
      for (let start = 0; start < ids.length; start += rowsAtOnce)
        records.push(...(await readRecords(kind, ids.slice(start, start + rowsAtOnce))));
    }
    await writeObject(changesObject(await newPartName()), records);
    // What was changed again meanwhile has a higher number.
    await orm.delete(changes).where(lte(changes.number, last.number));
    written.changes += rows.length;
    if (rows.length < recordsAtOnce) return written;
  }
}

export interface JournalMerged {
  /** things that were told anew; 0: there was no need */
  told: number;
  /** objects that nothing follows from any more */
  deleted: number;
}

/**
 * Where the journal has grown too much, or has no beginning: tells all that there is, of the database itself, and then deletes what
 * was told before. Cut short, it leaves a part that does not count and that the next one deletes. A database that does not know
 * all of the journal tells nothing: it would delete what it does not know.
 */
export async function mergeJournal({ always = false } = {}): Promise<JournalMerged> {
  const merged = { told: 0, deleted: 0 };
  const [accounts] = await database().orm.select({ count: count() }).from(users);
  if (accounts?.count === 0) return merged;
  await readyBucket();
  const before = await listParts();
  if ((await newsAmong(before.parts)).size > 0) return merged;
  const since = before.parts.filter(({ isWhole }) => !isWhole);
  const wholeBytes = before.parts.find(({ isWhole }) => isWhole)?.bytes;
  const bytes = since.reduce((sum, part) => sum + part.bytes, 0);
  const isLong = since.length > mostParts || bytes > Math.max(fewBytes, (wholeBytes ?? 0) / 2);
  if (always || wholeBytes === undefined || isLong) merged.told = await writeWhole();
  const { parts, outdated } = await listParts();
  const atOnce = 1000;
  for (let start = 0; start < outdated.length; start += atOnce)
    await journal().delete(outdated.slice(start, start + atOnce));
  merged.deleted = outdated.length;
  const [first] = parts;
  if (first?.isWhole) await forgetBefore(first.name);
  return merged;
}

async function writeWhole(): Promise<number> {
  const name = await newPartName();
  let [objects, told] = [0, 0];
  for (const kind of kinds) {
    for (let after = ""; ; ) {
      const records = await listRecords(kind, after, recordsAtOnce);
      const last = records.at(-1);
      const isEnd = last === undefined || records.length < recordsAtOnce;
      await writeObject(wholeObject(name, objects), records, {
        kind,
        after,
        upTo: isEnd ? null : last.id,
      });
      objects += 1;
      told += records.length;
      if (isEnd) break;
      after = last.id;
    }
  }
  await sealWhole(name, objects);
  return told;
}

async function forgetBefore(name: string): Promise<void> {
  await database().orm.delete(journalParts).where(lt(journalParts.name, name));
}

async function readyBucket(): Promise<void> {
  await knowStore();
  await requireOwnBucket({ takesOver: false });
}
