import "server-only";
import { and, eq, inArray } from "drizzle-orm";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { media } from "@/lib/storage/locations";
import { attachment } from "@/lib/storage/signed-url";
import type { Original, Originals } from "./contract";
import { isReady } from "./gallery";

/**
 * What a browser needs to fetch the originals of those of these pictures that are the viewer's and not in the trash, in the order of
 * the ids; the others are left out. At most `maxImagesPerUrlCall` at a time: their URLs are signed now.
 */
export async function findOriginals(viewer: Viewer, ids: string[]): Promise<Originals> {
  const rows = await database()
    .orm.select({
      id: images.id,
      name: images.name,
      type: images.type,
      bytes: images.bytes,
      capturedAt: images.capturedAt,
      keys: images.keys,
    })
    .from(images)
    .where(and(inArray(images.id, ids), eq(images.ownerId, viewer.id), isReady));
  const storage = media();
  const signed = await Promise.all(
    rows.map(async ({ id, name, type, bytes, capturedAt, keys }): Promise<[string, Original]> => {
      const options = { type, disposition: attachment(name) };
      const downloadUrl = await storage.url(storage.nameOf(keys.original), options);
      return [id, { id, name, bytes, capturedAt: capturedAt.getTime(), downloadUrl }];
    }),
  );
  const found = new Map(signed);
  return { viewerId: viewer.id, originals: [...new Set(ids)].flatMap((id) => found.get(id) ?? []) };
}
