import "server-only";
import { and, eq, isNull } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { uploads } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { incoming } from "@/lib/storage/locations";
import {
  abortMultipart,
  completeMultipart,
  createMultipart,
  listParts,
  type Multipart,
  type Part,
  signPart,
} from "@/lib/storage/multipart";
import { maxPartsPerGrant, type PartsGrant, partsOf } from "./contract";
import { incomingName, isOpen, type Upload } from "./objects";

/** What is still to be sent of an original in parts, with URLs for the first of it; undefined for one that goes at once. */
export async function grantParts(upload: Upload): Promise<PartsGrant | undefined> {
  const { bytes, parts: sha256s } = upload.objects.original;
  if (sha256s === undefined) return undefined;
  const { bucket } = incoming();
  const multipart = multipartOf(upload) ?? (await beginMultipart(upload, null));
  const arrived = await listParts(bucket, multipart);
  if (arrived === null) {
    const isComplete = await incoming().exists(incomingName(upload.id, "original"));
    if (isComplete) return { missing: [], arrivedBytes: bytes, hasMore: false };
    // The lifecycle rule has taken it.
    return grantParts({ ...upload, multipartId: (await beginMultipart(upload, multipart.id)).id });
  }
  const there = new Map(arrived.map((part) => [part.number, part]));
  const missing = wantedParts(upload).filter((wanted) => !isSame(there.get(wanted.number), wanted));
  const granted = missing.slice(0, maxPartsPerGrant).map(async (wanted) => ({
    number: wanted.number,
    ...(await signPart(bucket, multipart, wanted, upload.expiresAt)),
  }));
  return {
    missing: await Promise.all(granted),
    arrivedBytes: bytes - missing.reduce((sum, part) => sum + part.bytes, 0),
    hasMore: missing.length > maxPartsPerGrant,
  };
}

/**
 * Makes one object of the parts, once all are there, as if it had come at once. Idempotent, and nothing for what is not whole:
 * whoever looks for the object then sees that it has not arrived.
 */
export async function completeParts(upload: Upload): Promise<void> {
  const multipart = multipartOf(upload);
  if (multipart === null) return;
  const { bucket } = incoming();
  const arrived = await listParts(bucket, multipart);
  const there = new Map(arrived?.map((part) => [part.number, part]));
  const parts = wantedParts(upload).flatMap((wanted) => {
    const part = there.get(wanted.number);
    return part !== undefined && isSame(part, wanted) ? [part] : [];
  });
  if (parts.length === upload.objects.original.parts?.length)
    await completeMultipart(bucket, multipart, parts);
}

/** Deletes the parts of uploads that have ended. */
export async function abortParts(ended: Pick<Upload, "id" | "multipartId">[]): Promise<void> {
  for (const upload of ended) {
    const multipart = multipartOf(upload);
    if (multipart !== null) await abortMultipart(incoming().bucket, multipart);
  }
}

/** Begins it and records it; of two calls at once, both get the one that was recorded. */
async function beginMultipart(upload: Upload, before: string | null): Promise<Multipart> {
  const { id, objects } = upload;
  const { bucket } = incoming();
  const key = keyOf(id);
  const metadata = { upload: id };
  const begun = await createMultipart(bucket, key, { type: objects.original.type, metadata });
  const isAsBefore = before === null ? isNull(uploads.multipartId) : eq(uploads.multipartId, before);
  const { orm } = database();
  const recorded = await orm
    .update(uploads)
    .set({ multipartId: begun.id })
    .where(and(eq(uploads.id, id), isOpen, isAsBefore))
    .returning({ id: uploads.id });
  if (recorded.length > 0) return begun;
  await abortMultipart(bucket, begun);
  const [row] = await orm
    .select()
    .from(uploads)
    .where(and(eq(uploads.id, id), isOpen));
  const other = row === undefined ? null : multipartOf(row);
  if (other === null) throw new AppError("upload_ended");
  return other;
}

const keyOf = (uploadId: string): string => incoming().key(incomingName(uploadId, "original"));

const multipartOf = ({ id, multipartId }: Pick<Upload, "id" | "multipartId">): Multipart | null =>
  multipartId === null ? null : { key: keyOf(id), id: multipartId };

function wantedParts({ objects: { original } }: Upload) {
  const sha256s = original.parts ?? [];
  return partsOf(original.bytes).map(({ number, start, end }) => ({
    number,
    bytes: end - start,
    sha256: sha256s[number - 1] ?? "",
  }));
}

/** A store without checksums knows only the length; there the whole is read before it is kept. */
const isSame = (part: Part | undefined, wanted: { bytes: number; sha256: string }): boolean =>
  part?.bytes === wanted.bytes && (part.sha256 ?? wanted.sha256) === wanted.sha256;
