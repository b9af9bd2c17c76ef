import "server-only";
import { and, eq, inArray, not, sql } from "drizzle-orm";
import type { Owner } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { insertWhere } from "@/lib/db/insert-where";
import { images, uploads } from "@/lib/db/schema";
import { AppError, type Failure, plainFailure, readFailure } from "@/lib/errors";
import { toObjectMetadata } from "@/lib/images/adoption";
import { capturedOf } from "@/lib/images/captured";
import { findImagesByContent, galleryColumns, toGalleryImage } from "@/lib/images/gallery";
import { titleOf } from "@/lib/images/names";
import { byKind, variantKinds } from "@/lib/images/variants";
import { log } from "@/lib/log";
import { incoming, media } from "@/lib/storage/locations";
import { StorageError } from "@/lib/storage/s3-failure";
import { type ConfirmOutcome, type ObjectKind, objectKinds } from "./contract";
import {
  deleteCopies,
  deleteIncoming,
  incomingName,
  isOpen,
  mediaName,
  totalBytes,
  type Upload,
  type WholeUpload,
} from "./objects";
import { abortParts, completeParts } from "./parts";
import { knowStore } from "./store";
import { bytesDiffer, hashObject, type Verified, verify } from "./verify";
import { withVariants } from "./with-variants";

/** Pictures verified at the same time: enough to hide the bucket's latency. */
const parallel = 8;

/**
 * Turns uploads whose bytes have arrived into images: verifies, copies to media/, commits. Idempotent: confirming again
 * gives the same answer, and a confirm that was cut short goes on. The outcomes have the order of the ids.
 */
export async function confirmUploads(viewer: Owner, uploadIds: string[]): Promise<ConfirmOutcome[]> {
  await knowStore();
  const rows = await database()
    .orm.select()
    .from(uploads)
    .where(and(inArray(uploads.id, uploadIds), eq(uploads.ownerId, viewer.id)));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const outcomes = await mapInParallel(uploadIds, async (id) => {
    const upload = byId.get(id);
    return upload === undefined ? refused(unknownUpload) : confirmUpload(viewer, upload);
  });
  await clearAway(rows.filter((row) => row.state !== "ready").map((row) => row.id));
  return outcomes;
}

const refused = (error: Failure): ConfirmOutcome => ({ status: "refused", error });
const unknownUpload: Failure = {
  code: "not_found",
  message: "There is no such upload. Choose the file again.",
  values: { what: "upload" },
};
const ended = plainFailure("upload_ended");

async function confirmUpload(viewer: Owner, upload: Upload): Promise<ConfirmOutcome> {
  const present = (await findImagesByContent(viewer, [upload.objects.original.sha256])).values().next().value;
  if (present?.id === upload.imageId) return { status: "ready", image: present };
  switch (upload.state) {
    case "rejected":
      return refused(reasonOf(upload));
    case "pending":
    case "verifying":
      if (present !== undefined) {
        await endUpload(upload, "abandoned");
        return { status: "duplicate", image: present };
      }
      return verifyAndKeep(viewer, upload);
    default:
      return refused(ended);
  }
}

/** Why it was rejected, perhaps by an older Pail, whose codes may have been others. */
function reasonOf({ errorCode, errorMessage, errorValues }: Upload): Failure {
  if (errorCode === null) return ended;
  const message = errorMessage ?? ended.message;
  return readFailure({ code: errorCode, message, ...(errorValues && { values: errorValues }) });
}

async function verifyAndKeep(viewer: Owner, upload: Upload): Promise<ConfirmOutcome> {
  // From here on a crash leaves a row that says what may lie under media/.
  if (!(await setState(upload, "verifying"))) return refused(ended);
  try {
    await completeParts(upload);
    const whole = await withVariants(upload);
    const verified = await verify(whole);
    const row = imageOf(whole, verified.original);
    await copyToMedia(whole, verified, row);
    return await commit(viewer, whole, row);
  } catch (error) {
    if (!(error instanceof AppError) || error instanceof StorageError) throw error;
    // Not an end: the bytes may still come, or come again, or the decoder may do better.
    const mayCome = ["not_arrived", "changed", "unavailable"].includes(error.code);
    const isMine = mayCome ? await setState(upload, "pending") : await endUpload(upload, "rejected", error);
    // Another call has ended it meanwhile, and cleared its objects away.
    if (!isMine) return answerOfEnded(viewer, upload);
    return refused(error.toFailure());
  }
}

async function answerOfEnded(viewer: Owner, { id }: Upload): Promise<ConfirmOutcome> {
  const [row] = await database().orm.select().from(uploads).where(eq(uploads.id, id));
  return row === undefined ? refused(unknownUpload) : confirmUpload(viewer, row);
}

/** Only the copy tells that every byte is the one that was announced: in an object in parts, also that they are in order. */
async function copyToMedia(
  { id, imageId, objects }: WholeUpload,
  { etags }: Verified,
  row: NewImage,
): Promise<void> {
  const [from, to] = [incoming(), media()];
  const about = toObjectMetadata(
    row,
    id,
    byKind(variantKinds, (kind) => objects[kind].bytes),
  );
  const copy = async (kind: ObjectKind) => {
    const source = { storage: from, name: incomingName(id, kind) };
    const { type } = objects[kind];
    const name = mediaName(imageId, kind, objects[kind]);
    const custom = kind === "original" ? about : {};
    const copied = await to.copy(source, name, { ifMatch: etags[kind], type, custom });
    const sha256 = copied ?? (await hashObject(to, name));
    if (sha256 !== objects[kind].sha256) throw bytesDiffer();
  };
  const copies = await Promise.allSettled(objectKinds.map(copy));
  // Only once the last of them is made is there nothing that whoever clears away could miss.
  for (const outcome of copies) if (outcome.status === "rejected") throw outcome.reason;
}

/** The image and the end of its upload, together; only now is the picture acknowledged. */
async function commit(viewer: Owner, upload: WholeUpload, row: NewImage): Promise<ConfirmOutcome> {
  const db = database();
  const [[inserted]] = await db.atomic([
    insertWhere(
      db,
      images,
      row,
      sql`exists (select 1 from ${uploads} where ${uploads.id} = ${upload.id}
      and ${uploads.state} = 'verifying')`,
    )
      .onConflictDoNothing()
      .returning(galleryColumns),
    db.orm
      .update(uploads)
      .set({ state: "ready", reservedBytes: 0 })
      .where(
        and(eq(uploads.id, upload.id), sql`exists (select 1 from ${images} where ${images.id} = ${row.id})`),
      ),
  ]);
  if (inserted !== undefined) return { status: "ready", image: await toGalleryImage(inserted) };
  // Someone was faster: this very upload in another call, or another upload of the same bytes.
  const present = (await findImagesByContent(viewer, [row.sha256])).values().next().value;
  if (present?.id === row.id) return { status: "ready", image: present };
  await endUpload(upload, "abandoned");
  return present === undefined ? refused(ended) : { status: "duplicate", image: present };
}

type NewImage = typeof images.$inferInsert;

/** What the upload says of the image; all else begins as the schema has it. */
function imageOf(upload: WholeUpload, original: Verified["original"]): NewImage {
  const { type, width, height, facts } = original;
  const { objects } = upload;
  const storage = media();
  const createdAt = now();
  return {
    id: upload.imageId,
    ownerId: upload.ownerId,
    keys: byKind(objectKinds, (kind) => storage.key(mediaName(upload.imageId, kind, objects[kind]))),
    variantTypes: byKind(variantKinds, (kind) => objects[kind].type),
    name: upload.name,
    title: titleOf(upload.name),
    type,
    bytes: objects.original.bytes,
    storedBytes: totalBytes(objects),
    sha256: objects.original.sha256,
    width,
    height,
    ...capturedOf({ noted: original, fileDate: upload.fileDate, addedAt: createdAt, name: upload.name }),
    facts,
    thumbhash: upload.thumbhash,
    createdAt,
  };
}

/** Says whether it was still open. */
const setState = (upload: Upload, state: "pending" | "verifying"): Promise<boolean> =>
  change(upload, { state });

/** Ends an upload without an image, and frees what it reserved. Says whether it was still open. */
const endUpload = (upload: Upload, state: "rejected" | "abandoned", reason?: AppError): Promise<boolean> =>
  change(upload, {
    state,
    reservedBytes: 0,
    errorCode: reason?.code ?? null,
    errorMessage: reason?.message ?? null,
    errorValues: reason?.values ?? null,
  });

async function change(upload: Upload, values: Partial<Upload>): Promise<boolean> {
  const rows = await database()
    .orm.update(uploads)
    .set(values)
    .where(and(eq(uploads.id, upload.id), isOpen))
    .returning({ id: uploads.id });
  return rows.length > 0;
}

/**
 * What has ended needs its incoming objects no more, and copies only as an image. Where this fails the picture is safe all the
 * same: the sweep tries again.
 */
async function clearAway(uploadIds: string[]): Promise<void> {
  try {
    const rows = await database()
      .orm.select()
      .from(uploads)
      .where(and(inArray(uploads.id, uploadIds), not(isOpen)));
    await abortParts(rows);
    await deleteIncoming(rows.map((row) => row.id));
    await deleteCopies(rows);
  } catch (error) {
    log.warn({ error }, "objects of uploads that have ended are left to the sweep");
  }
}

async function mapInParallel<T, R>(items: T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const work = async () => {
    for (const [index, item] of queue) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return results;
}
