import "server-only";
import { and, eq, inArray, lt, not, sql } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { DatabaseError } from "@/lib/db/failure";
import { plainForms, uploads } from "@/lib/db/schema";
import { log } from "@/lib/log";
import { observe } from "@/lib/metrics";
import { incoming } from "@/lib/storage/locations";
import { abortMultipart, listMultiparts } from "@/lib/storage/multipart";
import { StorageError } from "@/lib/storage/s3-failure";
import { confirmUploads } from "./confirm";
import { maxFilesPerConfirm } from "./contract";
import { policySeconds } from "./grants";
import { deleteCopies, deleteIncoming, isOpen, uploadIdOf } from "./objects";
import { graceSeconds } from "./unreserved";

/** How long the row of an ended upload can answer a confirm that lost its answer. */
const memorySeconds = 24 * 60 * 60;
const rowsAtOnce = 500;

export interface UploadsSwept {
  /** confirmed here, since nobody else did */
  confirmed: number;
  expired: number;
  forgotten: number;
  objects: number;
  /** originals in parts that were begun and left */
  multiparts: number;
}

/**
 * Ends uploads whose time is over: what had arrived, though the tab was closed, becomes a picture. Deletes what nobody will
 * use any more: objects under incoming/ that belong to no open upload. Every step can be cut short and run again. Throws
 * StorageError while the bucket cannot be asked, DatabaseError while the database cannot.
 */
export async function sweepUploads(): Promise<UploadsSwept> {
  const { confirmed, expired } = await endUploads();
  const forgotten = await forgetUploads();
  const objects = await deleteLeftovers();
  await forgetPlainForms();
  const multiparts = await abortLeftovers();
  return { confirmed, expired, forgotten, objects, multiparts };
}

const before = (seconds: number): Date => new Date(now().getTime() - seconds * 1000);

async function endUploads(): Promise<Pick<UploadsSwept, "confirmed" | "expired">> {
  const { orm } = database();
  const due = and(isOpen, lt(uploads.expiresAt, before(graceSeconds)));
  const report = { confirmed: 0, expired: 0 };
  for (;;) {
    const [first] = await orm.select({ ownerId: uploads.ownerId }).from(uploads).where(due).limit(1);
    if (first === undefined) return report;
    const rows = await orm
      .select({ id: uploads.id })
      .from(uploads)
      .where(and(due, eq(uploads.ownerId, first.ownerId)))
      .limit(maxFilesPerConfirm);
    const ids = rows.map((row) => row.id);
    report.confirmed += await confirmArrived(first.ownerId, ids);
    const expired = await orm
      .update(uploads)
      .set({ state: "expired", reservedBytes: 0 })
      .where(and(due, inArray(uploads.id, ids)))
      .returning({ id: uploads.id });
    observe.upload("expired", expired.length);
    report.expired += expired.length;
  }
}

/** While the store cannot be asked, nothing expires; what fails otherwise must not keep the others. */
async function confirmArrived(ownerId: string, ids: string[]): Promise<number> {
  try {
    const outcomes = await confirmUploads({ id: ownerId }, ids);
    return outcomes.filter(({ status }) => status === "ready").length;
  } catch (error) {
    if (error instanceof StorageError || error instanceof DatabaseError) throw error;
    log.error({ err: error }, "uploads that had ended could not be confirmed");
    return 0;
  }
}

/** Drops the rows of ended uploads, and first whatever of theirs the bucket still holds. */
async function forgetUploads(): Promise<number> {
  const { orm } = database();
  const due = and(not(isOpen), lt(uploads.expiresAt, before(memorySeconds)));
  let forgotten = 0;
  for (;;) {
    const rows = await orm.select().from(uploads).where(due).limit(rowsAtOnce);
    if (rows.length === 0) return forgotten;
    const ids = rows.map((row) => row.id);
    await deleteIncoming(ids);
    await deleteCopies(rows);
    await orm.delete(uploads).where(inArray(uploads.id, ids));
    forgotten += rows.length;
  }
}

/**
 * A policy can be used again until it ends, so an object may come after its upload has ended. What has no row may be of an older
 * Pail's plain form.
 */
async function deleteLeftovers(): Promise<number> {
  const due = before(policySeconds + graceSeconds);
  let deleted = 0;
  for await (const { files } of incoming().listdir("", { recursive: true })) {
    const ids = files.map((object) => uploadIdOf(object.name));
    const [states, forms] = await Promise.all([statesOf(ids), plainFormsAmong(ids)]);
    const leftovers = files.filter((object) => {
      const id = uploadIdOf(object.name);
      const [state, form] = [states.get(id), forms.get(id)];
      if (state === "open" || form === "usable") return false;
      return state === "over" || form === "over" || object.modifiedAt < due;
    });
    await incoming().delete(leftovers.map((object) => object.name));
    deleted += leftovers.length;
  }
  return deleted;
}

/** To be called once what they put is deleted. */
async function forgetPlainForms(): Promise<void> {
  await database()
    .orm.delete(plainForms)
    .where(lt(plainForms.expiresAt, before(graceSeconds)));
}

/** Parts that no open upload will use, like those that came while they were aborted. */
async function abortLeftovers(): Promise<number> {
  const { bucket, location } = incoming();
  const due = before(policySeconds + graceSeconds);
  const idOf = (key: string) => uploadIdOf(key.slice(location.length + 1));
  let aborted = 0;
  for await (const multiparts of listMultiparts(bucket, `${location}/`)) {
    const old = multiparts.filter(({ begunAt }) => begunAt < due);
    const openIds = await openAmong(old.map(({ key }) => idOf(key)));
    for (const multipart of old) {
      if (openIds.has(idOf(multipart.key))) continue;
      await abortMultipart(bucket, multipart);
      aborted += 1;
    }
  }
  return aborted;
}

async function openAmong(uploadIds: string[]): Promise<Set<string>> {
  const states = await statesOf(uploadIds);
  return new Set([...states].flatMap(([id, state]) => (state === "open" ? [id] : [])));
}

/** `over`: it has ended, and so have its forms. */
async function statesOf(uploadIds: string[]): Promise<Map<string, "open" | "ended" | "over">> {
  const rows = await database()
    .orm.select({ id: uploads.id, isOpen: sql<number>`${isOpen}`, expiresAt: uploads.expiresAt })
    .from(uploads)
    .where(inArray(uploads.id, [...new Set(uploadIds)]));
  const over = before(graceSeconds);
  const stateOf = (row: (typeof rows)[number]) => {
    if (row.isOpen) return "open";
    return row.expiresAt < over ? "over" : "ended";
  };
  return new Map(rows.map((row) => [row.id, stateOf(row)]));
}

/** `usable`: whoever comes back with it is to be told what became of the picture. */
async function plainFormsAmong(ids: string[]): Promise<Map<string, "usable" | "over">> {
  const rows = await database()
    .orm.select({ id: plainForms.id, expiresAt: plainForms.expiresAt })
    .from(plainForms)
    .where(inArray(plainForms.id, [...new Set(ids)]));
  const over = before(graceSeconds);
  return new Map(rows.map(({ id, expiresAt }) => [id, expiresAt < over ? "over" : "usable"]));
}
