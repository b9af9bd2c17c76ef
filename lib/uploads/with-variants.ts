import "server-only";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { and, eq, sql } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { uploads } from "@/lib/db/schema";
import { DecoderFailure } from "@/lib/decoder/ask";
import { inTurn, makeVariants } from "@/lib/decoder/decoder";
import { AppError } from "@/lib/errors";
import { byKindInTurn, type VariantKind, type VariantType, variantKinds } from "@/lib/images/variants";
import { log } from "@/lib/log";
import { incoming } from "@/lib/storage/locations";
import type { ObjectOffer } from "./contract";
import { hasRoomFor } from "./limits";
import { incomingName, isOpen, isWhole, totalBytes, type Upload, type WholeUpload } from "./objects";
import { inTemporaryFolder } from "./temporary-folder";
import { findUnreserved } from "./unreserved";
import { verifyOriginal } from "./verify";

/** A decoder that ends without an answer may have been unlucky once. */
const maxDecodeTries = 2;

const beingMade = new Map<string, Promise<WholeUpload>>();

/**
 * The upload with its variants: those that the sender did not make are made here from the original that has arrived, put
 * beside it and recorded, so that all that follows is the same. An upload that an earlier Pail began lacks the variants that
 * have come since. Whoever asks while they are being made waits for them. Throws as `verify` does, and AppError `quota_full`,
 * `unavailable` where another try may help, and `not_decoded` where two did not.
 */
export async function withVariants(upload: Upload): Promise<WholeUpload> {
  if (isWhole(upload)) return upload;
  const underWay = beingMade.get(upload.id);
  if (underWay !== undefined) return underWay;
  const made = addVariants(upload).finally(() => beingMade.delete(upload.id));
  beingMade.set(upload.id, made);
  return made;
}

async function addVariants(upload: Upload): Promise<WholeUpload> {
  const missing = variantKinds.filter((kind) => upload.objects[kind] === undefined);
  const { etag, inspection } = await verifyOriginal(upload);
  const made = await inTurn(upload.ownerId, () =>
    inTemporaryFolder("original", async (folder) => {
      // An original may be larger than memory.
      const file = path.join(folder, "original");
      const body = await incoming().open(incomingName(upload.id, "original"), { ifMatch: etag });
      await pipeline(body, createWriteStream(file));
      return decode(upload, () => makeVariants({ file, ...inspection }, missing));
    }),
  );
  const put = await byKindInTurn(missing, (kind) => putVariant(upload, kind, made.variants[kind]));
  const objects = { ...upload.objects, ...put };
  const thumbhash = upload.thumbhash || made.thumbhash;
  const reservedBytes = totalBytes(objects);
  const moreBytes = reservedBytes - upload.reservedBytes;
  const unreserved = await findUnreserved(upload.ownerId, moreBytes, upload.id);
  const [row] = await database()
    .orm.update(uploads)
    .set({ objects, thumbhash, reservedBytes, decodeTries: 0 })
    .where(and(eq(uploads.id, upload.id), isOpen, hasRoomFor(upload.ownerId, moreBytes, unreserved)))
    .returning({ id: uploads.id });
  if (row === undefined) throw new AppError("quota_full");
  return { ...upload, objects, thumbhash, reservedBytes };
}

/** Counts the try first, so that it counts also where it takes this process along. */
async function decode<T>({ id }: Upload, work: () => Promise<T>): Promise<T> {
  const [row] = await database()
    .orm.update(uploads)
    .set({ decodeTries: sql`${uploads.decodeTries} + 1` })
    .where(and(eq(uploads.id, id), isOpen))
    .returning({ tries: uploads.decodeTries });
  if (row === undefined) throw new AppError("upload_ended");
  if (row.tries > maxDecodeTries) throw new AppError("not_decoded");
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DecoderFailure)) throw error;
    log.warn({ err: error, upload: id, tries: row.tries }, "a picture was not decoded within its bounds");
    throw new AppError(row.tries < maxDecodeTries ? "unavailable" : "not_decoded", undefined, {
      cause: error,
    });
  }
}

async function putVariant(
  upload: Upload,
  kind: VariantKind,
  { type, bytes }: { type: VariantType; bytes: Uint8Array },
): Promise<ObjectOffer<VariantType>> {
  const sha256 = createHash("sha256").update(bytes).digest("base64");
  const object = { type, bytes: bytes.length, sha256 };
  await incoming().saveKnown(incomingName(upload.id, kind), bytes, object);
  return object;
}
