import "server-only";
import { count, inArray } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { images, uploads } from "@/lib/db/schema";
import { isOpen } from "@/lib/uploads/objects";

const idsAtOnce = 500;
const idIn = (key: string): string | undefined =>
  /\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\//.exec(key)?.[1];

/** The ids of pictures in these keys, each once. */
export const pictureIdsIn = (keys: string[]): string[] => [
  ...new Set(keys.flatMap((key) => idIn(key) ?? [])),
];

/** Of those keys that are originals of pictures in the database their SHA-256, base64. */
export async function digestsOfOriginals(keys: string[]): Promise<Map<string, string>> {
  const rows = await rowsOf(pictureIdsIn(keys));
  return new Map(rows.map(({ keys: { original }, sha256 }) => [original, sha256]));
}

/** Those of the keys that no picture in the database names, whatever state it is in. */
export async function withoutPicture(keys: string[]): Promise<string[]> {
  const named = new Set((await rowsOf(pictureIdsIn(keys))).flatMap((row) => Object.values(row.keys)));
  return keys.filter((key) => !named.has(key));
}

/** Whether the database has one of these pictures. */
export const knowsSome = async (ids: string[]): Promise<boolean> => (await rowsOf(ids)).length > 0;

/** Uploads that have not ended. */
export async function countOpenUploads(): Promise<number> {
  const [row] = await database().orm.select({ open: count() }).from(uploads).where(isOpen);
  return row?.open ?? 0;
}

async function rowsOf(ids: string[]) {
  const rows: Pick<typeof images.$inferSelect, "keys" | "sha256">[] = [];
  for (let start = 0; start < ids.length; start += idsAtOnce) {
    const batch = ids.slice(start, start + idsAtOnce);
    rows.push(
      ...(await database()
        .orm.select({ keys: images.keys, sha256: images.sha256 })
        .from(images)
        .where(inArray(images.id, batch))),
    );
  }
  return rows;
}
