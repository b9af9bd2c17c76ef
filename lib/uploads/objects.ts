import "server-only";
import { sql } from "drizzle-orm";
import { uploads } from "@/lib/db/schema";
import { readObjectMetadata } from "@/lib/images/adoption";
import { formatOf, type ImageType } from "@/lib/images/formats/table";
import { variantKinds } from "@/lib/images/variants";
import { incoming, media } from "@/lib/storage/locations";
import { type ImageOffer, type ObjectKind, type OriginalOffer, objectKinds } from "./contract";

export type Upload = typeof uploads.$inferSelect;
/** What is offered: with variants, or the original alone. */
export type Offer = OriginalOffer & Partial<ImageOffer>;
/** All objects of a picture. */
export type ImageObjects = Pick<ImageOffer, ObjectKind>;
/** One whose variants are known. */
export type WholeUpload = Upload & { objects: ImageObjects };

export const isWhole = (upload: Upload): upload is WholeUpload =>
  variantKinds.every((kind) => upload.objects[kind] !== undefined);

/** For queries: not yet ended. */
export const isOpen = sql`${uploads.state} in ('pending', 'verifying')`;

/** Where the browser puts an object of an upload: a name under incoming/. */
export const incomingName = (uploadId: string, kind: ObjectKind): string => `${uploadId}/${kind}`;

/** Of which upload it is. */
export const uploadIdOf = (name: string): string => name.split("/", 1)[0] ?? name;

/** Where it is kept once verified: a name under media/. It follows from the row, so every step can be run again. */
export const mediaName = (imageId: string, kind: ObjectKind, { type }: { type: ImageType }): string =>
  `${imageId}/${kind}.${formatOf(type).extension}`;

/** Bytes of the original and its variants together, as far as they are known. */
export const totalBytes = (objects: Upload["objects"]): number =>
  objectKinds.reduce((sum, kind) => sum + (objects[kind]?.bytes ?? 0), 0);

/** Deletes what browsers have put for these uploads. */
export async function deleteIncoming(uploadIds: string[]): Promise<void> {
  await incoming().delete(uploadIds.flatMap((id) => objectKinds.map((kind) => incomingName(id, kind))));
}

/**
 * Deletes what a confirm has copied for these uploads; never for one whose image exists. One that has expired may have become a picture
 * that a restored database does not know: its copy says so, and is for reconcile.
 */
export async function deleteCopies(ended: Pick<Upload, "imageId" | "objects" | "state">[]): Promise<void> {
  const names: string[] = [];
  for (const { imageId, objects, state } of ended) {
    if (state === "ready" || (state === "expired" && (await isPicture(imageId, objects)))) continue;
    for (const kind of objectKinds) if (objects[kind]) names.push(mediaName(imageId, kind, objects[kind]));
  }
  await media().delete(names);
}

async function isPicture(imageId: string, { original }: Upload["objects"]): Promise<boolean> {
  const copy = await media().metadata(mediaName(imageId, "original", original));
  return copy !== null && readObjectMetadata(copy.custom)?.row.id === imageId;
}
