import "server-only";
import { and, eq, isNull } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { uploads } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { incoming } from "@/lib/storage/locations";
import {
  abortMultipart,
  completeMultipart,
  createMultipart,
  listParts,
  type Multipart,
  type Part,
  signPart,
  type WantedPart,
} from "@/lib/storage/multipart";
import { maxPartsPerGrant, type PartsGrant, partsOf } from "./contract";
import { partDigestOf } from "./digests";
import { metadataOf } from "./grants";
import { incomingName, isOpen, type Upload } from "./objects";

/** What is still to be sent of an original in parts, with URLs for the first of it; undefined for one that goes at once. */
export async function grantParts(upload: Upload): Promise<PartsGrant | undefined> {
  const { original } = upload.objects;
  const { bytes } = original;
  if (original.parts === undefined) return undefined;
  const { bucket } = incoming();
  const digest = partDigestOf(original);
  const multipart = multipartOf(upload) ?? (await beginMultipart(upload, null));
  const arrived = await listParts(bucket, multipart, digest);
  if (arrived === null) {
    const isComplete = await incoming().exists(incomingName(upload.id, "original"));
    if (isComplete) return { missing: [], arrivedBytes: bytes, hasMore: false };
    // The lifecycle rule has taken it.
    return grantParts({ ...upload, multipartId: (await beginMultipart(upload, multipart.id)).id });
  }
  const there = new Map(arrived.map((part) => [part.number, part]));
  const missing = wantedParts(upload.objects).filter((wanted) => !isSame(there.get(wanted.number), wanted));
  const granted = missing.slice(0, maxPartsPerGrant).map(async (wanted) => ({
    ...{ number: wanted.number, method: "PUT" as const },
    ...(await signPart(bucket, multipart, digest, wanted, upload.expiresAt)),
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
  const digest = partDigestOf(upload.objects.original);
  const arrived = await listParts(bucket, multipart, digest);
  const there = new Map(arrived?.map((part) => [part.number, part]));
  const parts = wantedParts(upload.objects).flatMap((wanted) => {
    const part = there.get(wanted.number);
    return part !== undefined && isSame(part, wanted) ? [part] : [];
  });
  if (parts.length === upload.objects.original.parts?.length)
    await completeMultipart(bucket, multipart, digest, parts);
}

/** Deletes the parts of uploads that have ended. */
export async function abortParts(ended: Pick<Upload, "id" | "multipartId">[]): Promise<void> {
  for (const upload of ended) {
    const multipart = multipartOf(upload);
    if (multipart !== null) await abortMultipart(incoming().bucket, multipart);
  }
}

/** The same for what does not depend on it: where it fails, the sweep does it. */
export async function leaveParts(ended: Pick<Upload, "id" | "multipartId">[]): Promise<void> {
  await abortParts(ended).catch((error: unknown) => log.warn({ error }, "parts are left to the sweep"));
}

/** Begins it and records it; of two calls at once, both get the one that was recorded. */
async function beginMultipart(upload: Upload, before: string | null): Promise<Multipart> {
  const { id, objects } = upload;
  const { bucket } = incoming();
  const key = keyOf(id);
  const { original } = objects;
  const described = { type: original.type, metadata: metadataOf(id), digest: partDigestOf(original) };
  const begun = await createMultipart(bucket, key, described);
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

/** The parts of an original, in order. */
export function wantedParts({ original }: Upload["objects"]): WantedPart[] {
  const digests = original.parts ?? [];
  return partsOf(original.bytes).map(({ number, start, end }) => ({
    number,
    bytes: end - start,
    digest: digests[number - 1] ?? "",
  }));
}

/** Where the store tells no digest only the length is known; there the whole is read before it is kept. */
const isSame = (part: Part | undefined, wanted: WantedPart): boolean =>
  part?.bytes === wanted.bytes && (part.digest ?? wanted.digest) === wanted.digest;
