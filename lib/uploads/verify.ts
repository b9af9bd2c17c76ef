import "server-only";
import { createHash } from "node:crypto";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { type VariantKind, variantKinds, variantSides } from "@/lib/images/contract";
import { type ByteSource, type Inspection, inspect } from "@/lib/images/inspect";
import type { ObjectMetadata } from "@/lib/storage/get-object";
import { incoming } from "@/lib/storage/locations";
import { type ObjectKind, type ObjectOffer, objectKinds } from "./contract";
import { incomingName, type Upload, type WholeUpload } from "./objects";
import { checksumOfParts } from "./parts";

export interface Verified {
  original: Inspection;
  /** of the bytes that were checked: the copy must be of these and no others */
  etags: Record<ObjectKind, string>;
  /** Was the original's SHA-256 compared? Of one in parts only those of its parts were: its copy tells that of the whole. */
  isHashed: boolean;
}

/**
 * Checks what arrived for an upload, trusting nothing that the browser said: length, SHA-256, true type, dimensions,
 * completeness. Throws AppError `not_arrived` where an object is missing (it may still come), `changed` where one was
 * replaced meanwhile, and with any other code where the upload is to be rejected.
 */
export async function verify(upload: WholeUpload): Promise<Verified> {
  const [original, thumb, display] = await Promise.all(
    objectKinds.map((kind) => requireArrived(upload.id, kind, upload.objects[kind])),
  );
  if (original === undefined || thumb === undefined || display === undefined) throw notArrived();
  const etags = { original: original.etag, thumb: thumb.etag, display: display.etag };
  const [inspected] = await Promise.all([
    inspectOriginal(upload, etags.original),
    ...variantKinds.map((kind) => requireVariant(upload, kind, etags[kind])),
  ]);
  return { original: inspected, etags, isHashed: original.partsSha256 === null };
}

/** What the bucket holds, if it is what was announced. Throws as `verify` does. */
export async function requireArrived(
  uploadId: string,
  kind: ObjectKind,
  object: ObjectOffer,
): Promise<ObjectMetadata> {
  const name = incomingName(uploadId, kind);
  const arrived = await incoming().metadata(name);
  if (arrived === null) throw notArrived();
  if (arrived.bytes !== object.bytes || !(await isAnnounced(name, arrived, object))) throw bytesDiffer();
  return arrived;
}

async function isAnnounced(
  name: string,
  { sha256, partsSha256, etag }: ObjectMetadata,
  object: ObjectOffer,
): Promise<boolean> {
  if (partsSha256 !== null) return partsSha256 === checksumOfParts(object);
  return (sha256 ?? (await hashObject(name, etag))) === object.sha256;
}

/** Some stores (Ceph) keep no SHA-256: there the object is read once. Returns base64. */
export async function hashObject(name: string, etag: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of await incoming().open(name, { ifMatch: etag })) hash.update(chunk);
  return hash.digest("base64");
}

/** Whether it is the picture that was announced, and one that Pail takes. Throws as `verify` does. */
export async function inspectOriginal(upload: Upload, etag: string): Promise<Inspection> {
  const { type } = upload.objects.original;
  const inspection = await inspect(
    sourceOf(upload.id, "original", etag, upload.objects.original.bytes),
    env().limits,
  );
  if (inspection.type !== type) {
    throw new AppError(
      "type_differs",
      `It is ${inspection.type}, but was announced as ${type}. Choose it again.`,
    );
  }
  return inspection;
}

async function requireVariant(upload: WholeUpload, kind: VariantKind, etag: string): Promise<void> {
  const announced = upload.objects[kind];
  const { type, width, height } = await inspect(
    sourceOf(upload.id, kind, etag, announced.bytes),
    env().limits,
  );
  if (type !== announced.type || Math.max(width, height) > variantSides[kind]) {
    throw new AppError(
      "bad_variant",
      "Its smaller versions are not what they should be. Reload the page and try again.",
    );
  }
}

/** An object that has arrived, for `inspect`. */
export function sourceOf(uploadId: string, kind: ObjectKind, etag: string, bytes: number): ByteSource {
  const name = incomingName(uploadId, kind);
  return {
    bytes,
    read: (start, end) => incoming().read(name, { range: { start, end }, ifMatch: etag }),
  };
}

export const bytesDiffer = () =>
  new AppError("bytes_differ", "What arrived is not what was sent. Try again.");
const notArrived = () => new AppError("not_arrived", "Its bytes have not arrived yet. Send them first.");
