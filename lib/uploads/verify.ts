import "server-only";
import { createHash } from "node:crypto";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { type Inspection, inspect } from "@/lib/images/inspect";
import { openObjectSource } from "@/lib/images/object-source";
import { byKind, byKindAtOnce, isSizeOf, type VariantKind, variantKinds } from "@/lib/images/variants";
import { incoming } from "@/lib/storage/locations";
import type { Storage } from "@/lib/storage/storage";
import type { ObjectKind, ObjectOffer } from "./contract";
import { incomingName, type Upload, type WholeUpload } from "./objects";

export interface Verified {
  original: Inspection;
  /** of the bytes that were checked: the copy must be of these and no others */
  etags: Record<ObjectKind, string>;
}

/**
 * Checks what arrived for an upload, trusting nothing that the browser said (see "Verification" in README.md): length, true type, dimensions, completeness. Its
 * SHA-256 is what the copy of it has. Throws AppError `not_arrived` where an object is missing (it may still come), `changed`
 * where one was replaced meanwhile, and with any other code where the upload is to be rejected.
 */
export async function verify(upload: WholeUpload): Promise<Verified> {
  const [original, arrived] = await Promise.all([
    verifyOriginal(upload),
    byKindAtOnce(variantKinds, (kind) => verifyVariant(upload, kind)),
  ]);
  for (const kind of variantKinds)
    if (!isSizeOf(arrived[kind].inspection, original.inspection, kind)) throw new AppError("bad_variant");
  const variantEtags = byKind(variantKinds, (kind) => arrived[kind].etag);
  return { original: original.inspection, etags: { original: original.etag, ...variantEtags } };
}

/** Whether it is the picture that was announced, and one that Pail takes. Throws as `verify` does. */
export async function verifyOriginal({ id, objects }: Upload): Promise<Inspected> {
  const announced = objects.original;
  const inspected = await inspectArrived(id, "original", announced);
  const { type } = inspected.inspection;
  if (type !== announced.type) {
    throw new AppError(
      "type_differs",
      `It is ${type}, but was announced as ${announced.type}. Choose it again.`,
      { values: { type, announced: announced.type } },
    );
  }
  return inspected;
}

async function verifyVariant({ id, objects }: WholeUpload, kind: VariantKind): Promise<Inspected> {
  const announced = objects[kind];
  const inspected = await inspectArrived(id, kind, announced);
  if (inspected.inspection.type !== announced.type) throw new AppError("bad_variant");
  return inspected;
}

interface Inspected {
  inspection: Inspection;
  etag: string;
}

async function inspectArrived(
  uploadId: string,
  kind: ObjectKind,
  { bytes }: ObjectOffer,
): Promise<Inspected> {
  const source = await openObjectSource(incoming(), incomingName(uploadId, kind));
  if (source === null) throw notArrived();
  if (source.bytes !== bytes) throw bytesDiffer();
  return { inspection: await inspect(source, env().limits), etag: source.etag };
}

/**
 * Some stores tell no SHA-256, nor does any of an object in parts: there it is read once. Another one than that of `ifMatch` is
 * AppError `changed`. Returns base64.
 */
export async function hashObject(storage: Storage, name: string, ifMatch?: string): Promise<string> {
  const hash = createHash("sha256");
  const options = ifMatch === undefined ? {} : { ifMatch };
  for await (const chunk of await storage.open(name, options)) hash.update(chunk);
  return hash.digest("base64");
}

export const bytesDiffer = () => new AppError("bytes_differ");
const notArrived = () => new AppError("not_arrived");
