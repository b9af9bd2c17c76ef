import "server-only";
import type { uploads } from "@/lib/db/schema";
import { incoming, media } from "@/lib/storage/locations";
import { type ObjectKind, objectKinds } from "./contract";

export type Upload = typeof uploads.$inferSelect;

const extensions: Record<string, string> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/gif": "gif",
  "image/avif": "avif",
};

/** Where the browser puts an object of an upload: a name under incoming/. */
export const incomingName = (uploadId: string, kind: ObjectKind): string => `${uploadId}/${kind}`;

/** Where it is kept once verified: a name under media/. It follows from the row, so every step can be run again. */
export const mediaName = (upload: Pick<Upload, "imageId" | "objects">, kind: ObjectKind): string =>
  `${upload.imageId}/${kind}.${extensions[upload.objects[kind].type]}`;

/** Bytes of the original and its variants together. */
export const totalBytes = (objects: Upload["objects"]): number =>
  objectKinds.reduce((sum, kind) => sum + objects[kind].bytes, 0);

/** Deletes what browsers have put for these uploads. */
export async function deleteIncoming(uploadIds: string[]): Promise<void> {
  await incoming().delete(uploadIds.flatMap((id) => objectKinds.map((kind) => incomingName(id, kind))));
}

/** Deletes what a confirm has copied for these uploads; never for one whose image exists. */
export async function deleteCopies(orphans: Pick<Upload, "imageId" | "objects">[]): Promise<void> {
  await media().delete(orphans.flatMap((upload) => objectKinds.map((kind) => mediaName(upload, kind))));
}
