import { z } from "zod";
import { albumSortings } from "@/lib/albums/contract";
import { capturedSources } from "@/lib/images/contract";

/** In each folder of an export that holds pictures. */
export const factsName = "pail.json";
export const exportVersion = 1;

const text = z.string();

/** See “What stands in pail.json” in README.md. What a later version adds is let be. */
const exportedPictureShape = z.object({
  id: text,
  file: text,
  title: text,
  // Those that follow were not known to every Pail.
  description: text.catch(""),
  altText: text.catch(""),
  isFavourite: z.boolean().catch(false),
  name: text,
  type: text,
  bytes: z.number(),
  /** hex */
  sha256: text.regex(/^[0-9a-f]{64}$/),
  width: z.number(),
  height: z.number(),
  /** what the camera's clock showed, with its offset where that is known: 2024-07-01T00:30:00.000+02:00 */
  capturedAt: text,
  capturedSource: z.enum(capturedSources).catch("added"),
  /** what the date was before a person set it; null where nobody has */
  dateBefore: z
    .object({ capturedAt: text, capturedSource: z.enum(capturedSources) })
    .nullable()
    .catch(null),
  addedAt: text,
  albums: z.array(text),
  /** in the album of its folder, among its pictures; an older export does not say it */
  position: z.number().optional().catch(undefined),
  facts: z.record(text, z.unknown()).catch({}),
});
export type ExportedPicture = z.infer<typeof exportedPictureShape>;

export const factsShape = z.object({
  pail: z.literal("export"),
  version: z.literal(exportVersion),
  owner: z.object({ name: text, email: text }),
  album: z
    .object({
      name: text,
      createdAt: text,
      // An older export says none of these.
      description: text.catch(""),
      sorting: z.enum(albumSortings).catch("newest"),
      /** the id of one of its pictures, where a person has chosen it */
      cover: text.nullable().catch(null),
    })
    .nullable(),
  pictures: z.array(exportedPictureShape),
});
export type ExportedFolder = z.infer<typeof factsShape>;

/** A line for each picture, so that people and programs that compare lines can read it. */
export function textOfFacts({ pictures, ...folder }: ExportedFolder): string {
  const head = JSON.stringify(folder, null, 1).slice(0, -2);
  const lines = pictures.map((picture) => `  ${JSON.stringify(picture)}`);
  return `${head},\n "pictures": [\n${lines.join(",\n")}\n ]\n}\n`;
}
