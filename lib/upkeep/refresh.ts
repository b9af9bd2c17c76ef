import "server-only";
import { and, asc, count, eq, gt, ne } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { capturedOf, readUnedited, type UneditedDate, uneditedOf } from "@/lib/images/captured";
import type { FileDate } from "@/lib/images/contract";
import type { Size } from "@/lib/images/formats/header";
import type { ImageRow } from "@/lib/images/gallery";
import { type Inspection, inspect } from "@/lib/images/inspect";
import { openObjectSource } from "@/lib/images/object-source";
import { sizeAsShown } from "@/lib/images/shown-size";
import { variantOf } from "@/lib/images/variant-of";
import { media } from "@/lib/storage/locations";
import { StorageError } from "@/lib/storage/s3-failure";
import { notePosition, readPosition } from "./position";

/** Of `jobs`: its row says behind which picture a refresh that was cut short goes on. */
const jobName = "images refresh";
const rowsAtOnce = 64;
/** Pictures read at the same time: enough to hide the bucket's latency. */
const parallel = 8;
/** What Pail has taken, it has. */
const noLimits = { maxBytes: Number.POSITIVE_INFINITY, maxPixels: Number.POSITIVE_INFINITY };

export interface RefreshReport {
  /** pictures whose originals were looked at */
  images: number;
  changed: number;
  /** ids of pictures without their original */
  lost: string[];
  /** ids of pictures whose original says nothing that Pail understands */
  unreadable: string[];
  /** whether it went on where another one was cut short */
  resumed: boolean;
}

interface RefreshOptions {
  /** Begins with the first picture, also where another refresh was cut short. */
  anew?: boolean;
  onProgress?(done: number, total: number): void;
}

/**
 * Reads again what the originals of all pictures say of themselves, from their first bytes and where those point to, and mends
 * the rows that say otherwise. Cut short, the next one goes on; run again, it changes nothing more. Throws StorageError while
 * the bucket cannot be asked. See “Refresh” in README.md.
 */
export async function refreshImages({
  anew = false,
  onProgress,
}: RefreshOptions = {}): Promise<RefreshReport> {
  let position = anew ? "" : await readPosition(jobName);
  const report: RefreshReport = { images: 0, changed: 0, lost: [], unreadable: [], resumed: position !== "" };
  const total = await countBehind(position);
  for (;;) {
    const rows = await rowsBehind(position);
    const last = rows.at(-1);
    if (last === undefined) break;
    const queue = rows.values();
    const work = async () => {
      for (const row of queue) await refresh(row, report);
    };
    const outcomes = await Promise.allSettled(Array.from({ length: parallel }, work));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    position = last.id;
    await notePosition(jobName, position);
    report.images += rows.length;
    onProgress?.(report.images, total);
  }
  await notePosition(jobName, null);
  return report;
}

async function refresh(row: ImageRow, report: RefreshReport): Promise<void> {
  const inspection = await inspectOriginal(row, report);
  if (inspection === null) return;
  const { width, height } = await shownSizeOf(row, inspection);
  const columns = { ...columnsOf(row, inspection), width, height };
  if (isAlike(columns, row)) return;
  const changed = await database()
    .orm.update(images)
    .set(columns)
    .where(and(eq(images.id, row.id), ne(images.state, "purging")))
    .returning({ id: images.id });
  report.changed += changed.length;
}

/** What of a row follows from its original alone. A date that a person set stays; what it would be without is read again. */
function columnsOf(row: ImageRow, inspection: Inspection) {
  const { createdAt: addedAt, name } = row;
  const unedited = row.isDateEdited ? readUnedited(row.facts) : uneditedOf(row);
  const captured = capturedOf({ noted: inspection, fileDate: fileDateOf(unedited), addedAt, name });
  if (!row.isDateEdited) return { ...captured, facts: inspection.facts };
  return { facts: { ...inspection.facts, unedited: uneditedOf(captured) } };
}

/** What was said of the file when it came: nowhere else is it kept. */
function fileDateOf(unedited: UneditedDate | null): FileDate | null {
  if (unedited?.source !== "file" && unedited?.source !== "sidecar") return null;
  const { at, zoneMinutes, source } = unedited;
  return { at, zoneMinutes, source };
}

const isAlike = (columns: Partial<ImageRow>, row: ImageRow): boolean =>
  Object.entries(columns).every(
    ([name, value]) => JSON.stringify(value) === JSON.stringify(row[name as keyof ImageRow]),
  );

async function inspectOriginal(
  { id, keys }: ImageRow,
  { lost, unreadable }: RefreshReport,
): Promise<Inspection | null> {
  const outcome = await inspectObject(keys.original);
  if (outcome === "lost") lost.push(id);
  if (outcome === "unreadable") unreadable.push(id);
  return typeof outcome === "string" ? null : outcome;
}

/** An older Pail can have shown it otherwise only where it said so, and of a WebP where it did not. */
async function shownSizeOf(row: ImageRow, inspection: Inspection): Promise<Size> {
  const isAsSaid = row.width === inspection.width && row.height === inspection.height;
  if (isAsSaid && row.type !== "image/webp") return inspection;
  const { key } = variantOf(row, "thumb");
  const thumb = key === row.keys.original ? "lost" : await inspectObject(key);
  // A lost variant is no matter of this command.
  return sizeAsShown(inspection, typeof thumb === "string" ? null : thumb);
}

async function inspectObject(key: string): Promise<Inspection | "lost" | "unreadable"> {
  const storage = media();
  const source = await openObjectSource(storage, storage.nameOf(key));
  if (source === null) return "lost";
  try {
    return await inspect(source, noLimits);
  } catch (error) {
    if (!(error instanceof AppError) || error instanceof StorageError) throw error;
    return "unreadable";
  }
}

const isBehind = (position: string) => and(gt(images.id, position), ne(images.state, "purging"));

const rowsBehind = (position: string): Promise<ImageRow[]> =>
  database().orm.select().from(images).where(isBehind(position)).orderBy(asc(images.id)).limit(rowsAtOnce);

async function countBehind(position: string): Promise<number> {
  const [row] = await database().orm.select({ total: count() }).from(images).where(isBehind(position));
  return row?.total ?? 0;
}
