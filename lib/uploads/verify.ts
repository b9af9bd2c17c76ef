import "server-only";
import { createHash } from "node:crypto";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { type VariantKind, variantSides } from "@/lib/images/contract";
import { headBytes } from "@/lib/images/formats/byte-reader";
import { type ByteSource, type Inspection, inspect } from "@/lib/images/inspect";
import { incoming } from "@/lib/storage/locations";
import type { ObjectKind } from "./contract";
import { incomingName, type Upload, type WholeUpload } from "./objects";

export interface Verified {
  original: Inspection;
  /** of the bytes that were checked: the copy must be of these and no others */
  etags: Record<ObjectKind, string>;
}

/**
 * Checks what arrived for an upload, trusting nothing that the browser said: length, true type, dimensions, completeness. Its
 * SHA-256 is what the copy of it has. Throws AppError `not_arrived` where an object is missing (it may still come), `changed`
 * where one was replaced meanwhile, and with any other code where the upload is to be rejected.
 */
export async function verify(upload: WholeUpload): Promise<Verified> {
  const [original, thumb, display] = await Promise.all([
    verifyOriginal(upload),
    verifyVariant(upload, "thumb"),
    verifyVariant(upload, "display"),
  ]);
  return { original: original.inspection, etags: { original: original.etag, thumb, display } };
}

/** Whether it is the picture that was announced, and one that Pail takes. Throws as `verify` does. */
export async function verifyOriginal({
  id,
  objects,
}: Upload): Promise<{ inspection: Inspection; etag: string }> {
  const { type, bytes } = objects.original;
  const arrived = await requireArrived(id, "original", bytes);
  const inspection = await inspect(arrived, env().limits);
  if (inspection.type !== type) {
    throw new AppError(
      "type_differs",
      `It is ${inspection.type}, but was announced as ${type}. Choose it again.`,
    );
  }
  return { inspection, etag: arrived.etag };
}

/** Resolves to its ETag. */
async function verifyVariant({ id, objects }: WholeUpload, kind: VariantKind): Promise<string> {
  const announced = objects[kind];
  const arrived = await requireArrived(id, kind, announced.bytes);
  const { type, width, height } = await inspect(arrived, env().limits);
  if (type !== announced.type || Math.max(width, height) > variantSides[kind]) {
    throw new AppError(
      "bad_variant",
      "Its smaller versions are not what they should be. Reload the page and try again.",
    );
  }
  return arrived.etag;
}

async function requireArrived(uploadId: string, kind: ObjectKind, bytes: number): Promise<Arrived> {
  const arrived = await findArrived(uploadId, kind);
  if (arrived === null) throw notArrived();
  if (arrived.bytes !== bytes) throw bytesDiffer();
  return arrived;
}

/** An object under incoming/, for `inspect`: what is read of it later is of the same one. */
export interface Arrived extends ByteSource {
  etag: string;
}

/** What tells whether it is there is the read that `inspect` begins with. */
export async function findArrived(uploadId: string, kind: ObjectKind): Promise<Arrived | null> {
  const name = incomingName(uploadId, kind);
  const start = await incoming().readStart(name, headBytes);
  if (start === null) return null;
  const { bytes: head, etag, totalBytes } = start;
  return {
    etag,
    bytes: totalBytes,
    read: async (from, to) =>
      to <= head.length
        ? new Uint8Array(head.subarray(from, to))
        : incoming().read(name, { range: { start: from, end: to }, ifMatch: etag }),
  };
}

/**
 * The SHA-256 of an object that has arrived, in base64, where no copy told it: some stores (Ceph) keep none, nor does any of an
 * object in parts; there it is read once.
 */
export async function sha256Of(uploadId: string, kind: ObjectKind, etag: string): Promise<string> {
  const name = incomingName(uploadId, kind);
  const known = await incoming().metadata(name);
  if (known?.etag === etag && known.sha256 !== null) return known.sha256;
  const hash = createHash("sha256");
  for await (const chunk of await incoming().open(name, { ifMatch: etag })) hash.update(chunk);
  return hash.digest("base64");
}

export const bytesDiffer = () =>
  new AppError("bytes_differ", "What arrived is not what was sent. Try again.");
const notArrived = () => new AppError("not_arrived", "Its bytes have not arrived yet. Send them first.");
