import "server-only";
import { and, eq, inArray, not, sql } from "drizzle-orm";
import type { Owner } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { DatabaseError } from "@/lib/db/failure";
import { insertWhere } from "@/lib/db/insert-where";
import { images, uploads } from "@/lib/db/schema";
import { AppError, type Failure, plainFailure, readFailure } from "@/lib/errors";
import { toObjectMetadata } from "@/lib/images/adoption";
import { capturedOf } from "@/lib/images/captured";
import type { GalleryImage } from "@/lib/images/contract";
import { contentAsked, imagesByContent } from "@/lib/images/gallery";
import { titleOf } from "@/lib/images/names";
import { byKind, variantKinds } from "@/lib/images/variants";
import { log } from "@/lib/log";
import { observe } from "@/lib/metrics";
import { incoming, media } from "@/lib/storage/locations";
import { StorageError } from "@/lib/storage/s3-failure";
import { type ConfirmOutcome, type ObjectKind, objectKinds } from "./contract";
import { type Ending, Endings, ending } from "./endings";
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
import { endUpload, noting, setState } from "./states";
import { knowStore } from "./store";
import { bytesDiffer, hashObject, type Verified, verify } from "./verify";
import { withVariants } from "./with-variants";

/** Pictures verified at the same time: enough to hide the bucket's latency. */
const parallel = 8;

/**
 * Turns uploads whose bytes have arrived into images: verifies, copies to media/, commits. Idempotent: confirming again
 * gives the same answer, and a confirm that was cut short goes on. The outcomes have the order of the ids. What is committed is so
 * also where another one throws.
 */
export async function confirmUploads(viewer: Owner, uploadIds: string[]): Promise<ConfirmOutcome[]> {
  await knowStore();
  const { byId, imageOfSame } = await recall(viewer, uploadIds);
  const endings = new Endings<ConfirmOutcome>();
  const note = noting([...byId.values()].filter((upload) => isOpenStill(upload) && !imageOfSame(upload)));
  const { done, failure } = await inParallel(uploadIds, async (id): Promise<Ended> => {
    const upload = byId.get(id);
    if (upload === undefined) return said(refused(unknownUpload));
    const image = imageOfSame(upload);
    if (image?.id === upload.imageId) return said({ status: "ready", image });
    if (upload.state === "rejected") return said(refused(reasonOf(upload)));
    if (!isOpenStill(upload)) return said(refused(ended));
    if (image !== undefined) {
      const abandoned = ending([endUpload(upload, "abandoned")], async ([isMine]) => {
        if (isMine.length > 0) observe.upload("duplicate");
        return duplicateOf(image);
      });
      return { outcome: endings.add(abandoned) };
    }
    // From here on a crash leaves a row that says what may lie under media/.
    if (!(await note(upload))) return said(refused(ended));
    return { outcome: endings.add(await verifyAndKeep(viewer, upload)) };
  });
  await endings.write();
  if (failure !== null) throw failure.reason;
  const outcomes = await Promise.all(done.map(async ({ outcome }) => settled(await outcome)));
  await clearAway([...byId.values()].filter((row) => row.state !== "ready").map((row) => row.id));
  return outcomes;
}

/** An object, since whoever verifies does not wait for what is written in groups. */
interface Ended {
  outcome: Promise<PromiseSettledResult<ConfirmOutcome>>;
}

const said = (value: ConfirmOutcome): Ended => ({ outcome: Promise.resolve({ status: "fulfilled", value }) });

function settled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}

/** The viewer's uploads among these, in this order, and the viewer's pictures of the same bytes. */
async function recall(viewer: Owner, uploadIds: string[]) {
  const db = database();
  const those = and(inArray(uploads.id, uploadIds), eq(uploads.ownerId, viewer.id));
  const sha256 = sql<string>`json_extract(${uploads.objects}, '$.original.sha256')`;
  const [rows, same] = await db.together([
    db.orm.select().from(uploads).where(those),
    contentAsked(viewer, db.orm.select({ sha256 }).from(uploads).where(those)),
  ]);
  const present = await imagesByContent(same);
  const found = new Map(rows.map((row) => [row.id, row]));
  const byId = new Map(uploadIds.flatMap((id) => (found.has(id) ? [[id, found.get(id) as Upload]] : [])));
  return { byId, imageOfSame: ({ objects }: Upload) => present.get(objects.original.sha256) };
}

const isOpenStill = ({ state }: Upload): boolean => state === "pending" || state === "verifying";

const refused = (error: Failure): ConfirmOutcome => ({ status: "refused", error });
const unknownUpload: Failure = {
  code: "not_found",
  message: "There is no such upload. Choose the file again.",
  values: { what: "upload" },
};
const ended = plainFailure("upload_ended");
const duplicateOf = (image: GalleryImage): ConfirmOutcome => ({ status: "duplicate", image });

/** Why it was rejected, perhaps by an older Pail, whose codes may have been others. */
function reasonOf({ errorCode, errorMessage, errorValues }: Upload): Failure {
  if (errorCode === null) return ended;
  const message = errorMessage ?? ended.message;
  return readFailure({ code: errorCode, message, ...(errorValues && { values: errorValues }) });
}

/** How it ends: as an image, rejected, or not yet. */
async function verifyAndKeep(viewer: Owner, upload: Upload): Promise<Ending<ConfirmOutcome>> {
  const startedAt = performance.now();
  try {
    await completeParts(upload);
    const whole = await withVariants(upload);
    const verified = await verify(whole);
    const row = imageOf(whole, verified.original);
    await copyToMedia(whole, verified, row);
    return committing(viewer, whole, row);
  } catch (error) {
    if (!(error instanceof AppError) || error instanceof StorageError || error instanceof DatabaseError)
      throw error;
    // Not an end: the bytes may still come, or come again, or the decoder may do better.
    const mayCome = ["not_arrived", "changed", "unavailable"].includes(error.code);
    const change = mayCome ? setState(upload, "pending") : endUpload(upload, "rejected", error);
    return ending([change], async ([isMine]) => {
      // Another call has ended it meanwhile, and cleared its objects away.
      if (isMine.length === 0) return answerOfEnded(viewer, upload);
      if (!mayCome) observe.upload("rejected");
      return refused(error.toFailure());
    });
  } finally {
    observe.confirm(performance.now() - startedAt);
  }
}

async function answerOfEnded(viewer: Owner, { id }: Upload): Promise<ConfirmOutcome> {
  const [outcome] = await confirmUploads(viewer, [id]);
  if (outcome === undefined) throw new Error("confirm gave no outcome");
  return outcome;
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

/** The image and the end of its upload, together; only once that is written is the picture acknowledged. */
function committing(viewer: Owner, upload: WholeUpload, row: NewImage): Ending<ConfirmOutcome> {
  const db = database();
  const isThere = sql`exists (select 1 from ${images} where ${images.id} = ${row.id})`;
  const isVerified = sql`exists (select 1 from ${uploads} where ${uploads.id} = ${upload.id}
    and ${uploads.state} = 'verifying')`;
  const statements = [
    insertWhere(db, images, row, isVerified).onConflictDoNothing().returning({ id: images.id }),
    db.orm
      .update(uploads)
      .set({ state: "ready", reservedBytes: 0 })
      .where(and(eq(uploads.id, upload.id), isThere)),
    // Someone was faster: another upload of the same bytes.
    endUpload(upload, "abandoned", undefined, not(isThere)),
    contentAsked(viewer, [row.sha256]),
  ] as const;
  return ending(statements, async ([inserted, , abandoned, same]) => {
    if (inserted.length > 0) {
      observe.upload("ready");
      observe.uploadedBytes(row.bytes);
    }
    if (abandoned.length > 0) observe.upload("duplicate");
    const image = (await imagesByContent(same)).get(row.sha256);
    if (image === undefined) return refused(ended);
    return image.id === row.id ? { status: "ready", image } : duplicateOf(image);
  });
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

/** What throws ends all, but what is under way by then is done. */
async function inParallel<T, R>(
  items: T[],
  work: (item: T) => Promise<R>,
): Promise<{ done: R[]; failure: { reason: unknown } | null }> {
  const done: R[] = new Array(items.length);
  const queue = items.entries();
  let failure: { reason: unknown } | null = null;
  const take = async () => {
    for (const [index, item] of queue) {
      done[index] = await work(item);
      if (failure !== null) return;
    }
  };
  const note = (reason: unknown) => {
    failure ??= { reason };
  };
  await Promise.all(Array.from({ length: parallel }, () => take().catch(note)));
  return { done, failure };
}
