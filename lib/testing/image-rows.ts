import { randomBytes } from "node:crypto";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import type { ImageRow } from "@/lib/images/gallery";
import { byKind, variantKinds } from "@/lib/images/variants";

/** For tests: an image's row with content of its own. What it leaves out begins as the schema has it. */
export function imageRow(ownerId: string, changes: Partial<ImageRow> = {}): typeof images.$inferInsert {
  const id = changes.id ?? newId();
  return {
    id,
    ownerId,
    ...storedObjects(id),
    name: "lake.jpg",
    title: "lake",
    type: "image/jpeg",
    bytes: 1000,
    storedBytes: 1500,
    sha256: randomBytes(32).toString("base64"),
    width: 640,
    height: 480,
    capturedAt: new Date(),
    facts: null,
    thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI",
    createdAt: new Date(),
    ...changes,
  };
}

/** Where a JPEG and its variants lie, as confirm records it. */
export function storedObjects(id: string): Pick<ImageRow, "keys" | "variantTypes"> {
  const variantKeys = byKind(variantKinds, (kind) => `media/${id}/${kind}.webp`);
  return {
    keys: { original: `media/${id}/original.jpg`, ...variantKeys },
    variantTypes: byKind(variantKinds, () => "image/webp"),
  };
}

/** Inserts it, without any bytes in the bucket. */
export async function addImage(ownerId: string, changes: Partial<ImageRow> = {}): Promise<ImageRow> {
  const [row] = await database().orm.insert(images).values(imageRow(ownerId, changes)).returning();
  if (row === undefined) throw new Error("the image was not inserted");
  return row;
}
