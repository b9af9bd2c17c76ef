import "server-only";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { and, eq } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { uploads } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { makeVariants } from "@/lib/images/make-variants";
import { byKindInTurn, type VariantKind, type VariantType, variantKinds } from "@/lib/images/variants";
import { incoming } from "@/lib/storage/locations";
import type { ObjectOffer } from "./contract";
import { hasRoomFor } from "./limits";
import { incomingName, isOpen, isWhole, totalBytes, type Upload, type WholeUpload } from "./objects";
import { verifyOriginal } from "./verify";

/**
 * The upload with its variants: those that the sender did not make are made here from the original that has arrived, put
 * beside it and recorded, so that all that follows is the same. An upload that an earlier Pail began lacks the variants that
 * have come since. Throws as `verify` does, and AppError `quota_full`.
 */
export async function withVariants(upload: Upload): Promise<WholeUpload> {
  if (isWhole(upload)) return upload;
  const { etag, inspection } = await verifyOriginal(upload);
  const missing = variantKinds.filter((kind) => upload.objects[kind] === undefined);
  const made = await onDisk(upload, etag, (file) => makeVariants(file, inspection, missing));
  const put = await byKindInTurn(missing, (kind) => putVariant(upload, kind, made.variants[kind]));
  const objects = { ...upload.objects, ...put };
  const thumbhash = upload.thumbhash || made.thumbhash;
  const reservedBytes = totalBytes(objects);
  const [row] = await database()
    .orm.update(uploads)
    .set({ objects, thumbhash, reservedBytes })
    .where(
      and(
        eq(uploads.id, upload.id),
        isOpen,
        hasRoomFor(upload.ownerId, reservedBytes - upload.reservedBytes),
      ),
    )
    .returning({ id: uploads.id });
  if (row === undefined) throw new AppError("quota_full");
  return { ...upload, objects, thumbhash, reservedBytes };
}

/** An original may be larger than memory. */
async function onDisk<T>(upload: Upload, etag: string, work: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-original-"));
  try {
    const file = path.join(folder, "original");
    const body = await incoming().open(incomingName(upload.id, "original"), { ifMatch: etag });
    await pipeline(body, createWriteStream(file));
    return await work(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function putVariant(
  upload: Upload,
  kind: VariantKind,
  { type, bytes }: { type: VariantType; bytes: Buffer },
): Promise<ObjectOffer<VariantType>> {
  const sha256 = createHash("sha256").update(bytes).digest("base64");
  const object = { type, bytes: bytes.length, sha256 };
  await incoming().saveKnown(incomingName(upload.id, kind), bytes, object);
  return object;
}
