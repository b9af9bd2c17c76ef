import { z } from "zod";
import type { images } from "@/lib/db/schema";
import { orderWithin } from "./captured";
import { capturedSources, type ImageType, type VariantKind, type VariantType } from "./contract";
import { factsShape } from "./facts";
import { formatOf, imageTypes } from "./formats/table";
import { titleOf } from "./names";
import { variantKinds, variantTypes } from "./variants";

/** S3 takes 2 KB of metadata in all, names and values; some room is left for what a store adds. */
const maxBytes = 2000;
/** B2 keeps ten of them at most, so they are few. */
const [aboutKey, nameKey, factsKey] = ["pail", "pail-name", "pail-facts"];

type NewImage = typeof images.$inferInsert;

const aboutShape = z.object({
  format: z.literal(1),
  image: z.uuid(),
  upload: z.uuid(),
  owner: z.string().min(1),
  type: z.enum(imageTypes as [ImageType, ...ImageType[]]),
  bytes: z.number().int().positive(),
  sha256: z.string().length(44),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  thumbhash: z.string(),
  created: z.number().int(),
  /** ms, minutes of the zone, microseconds behind the millisecond, whence */
  captured: z.tuple([z.number().int(), z.number().nullable(), z.number(), z.enum(capturedSources)]),
  variants: z.partialRecord(
    z.enum(variantKinds as [VariantKind, ...VariantKind[]]),
    z.tuple([z.enum(variantTypes), z.number().int().positive()]),
  ),
});

/** What the original under media/ says of its picture: enough to have its row again. */
export interface Adoptable {
  uploadId: string;
  /** null: it was too long to be said, and the file says it again */
  facts: unknown;
  variants: Partial<Record<VariantKind, { type: VariantType; bytes: number }>>;
  row: Omit<NewImage, "facts" | "keys" | "variantTypes" | "storedBytes">;
}

/**
 * What the copy of an original says of its picture, as the metadata of an object: ASCII alone, since stores differ in what they make
 * of anything else, and within S3's 2 KB. What does not fit is left out: first what the file says of itself, then the end of the name.
 */
export function toObjectMetadata(
  row: NewImage,
  uploadId: string,
  variantBytes: Record<VariantKind, number>,
): Record<string, string> {
  const variants = variantKinds.map((kind) => [kind, [row.variantTypes[kind], variantBytes[kind]]]);
  const about = {
    format: 1,
    image: row.id,
    upload: uploadId,
    owner: row.ownerId,
    type: row.type,
    bytes: row.bytes,
    sha256: row.sha256,
    width: row.width,
    height: row.height,
    thumbhash: row.thumbhash,
    created: row.createdAt.getTime(),
    captured: [
      row.capturedAt.getTime(),
      row.capturedZoneMinutes ?? null,
      Number.parseInt(row.capturedOrder ?? "", 10) || 0,
      row.capturedSource ?? "added",
    ],
    variants: Object.fromEntries(variants),
  };
  const said = { [aboutKey]: JSON.stringify(about) };
  const room = maxBytes - lengthOf(said);
  const name = { [nameKey]: cut(row.name, room - nameKey.length) };
  const facts = { [factsKey]: toAscii(JSON.stringify(row.facts ?? {})) };
  return { ...said, ...name, ...(lengthOf(name) + lengthOf(facts) <= room && facts) };
}

/** Null where the object says nothing of a picture, or as a Pail would say it that this one does not know. */
export function readObjectMetadata(custom: Record<string, string>): Adoptable | null {
  const about = aboutShape.safeParse(fromJson(custom[aboutKey]));
  if (!about.success) return null;
  const { image, upload, owner, created, captured, variants, format: _, ...same } = about.data;
  const name = fromAscii(custom[nameKey] ?? "") || `picture.${formatOf(same.type).extension}`;
  const [capturedAt, capturedZoneMinutes, microseconds, capturedSource] = captured;
  const facts = factsShape.safeParse(fromJson(fromAscii(custom[factsKey] ?? "")));
  const sized = Object.entries(variants).map(([kind, [type, bytes]]) => [kind, { type, bytes }]);
  return {
    uploadId: upload,
    facts: facts.success ? facts.data : null,
    variants: Object.fromEntries(sized),
    row: {
      ...same,
      id: image,
      ownerId: owner,
      name,
      title: titleOf(name),
      createdAt: new Date(created),
      capturedAt: new Date(capturedAt),
      capturedZoneMinutes,
      capturedOrder: orderWithin(microseconds, name),
      capturedSource,
    },
  };
}

const fromJson = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? "");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
};

/** Also spaces are escaped: a header's are not kept as they are. */
const toAscii = (text: string): string =>
  text.toWellFormed().replaceAll(/[^\x21-\x7e]|%/gu, (character) => encodeURIComponent(character));

/** What is damaged counts as not said. */
const fromAscii = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return "";
  }
};

/** As many whole characters as fit, without the end of the name before its extension. */
function cut(name: string, room: number): string {
  const escaped = toAscii(name);
  if (escaped.length <= room) return escaped;
  const stem = titleOf(name);
  const extension = toAscii(name.slice(stem.length));
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(stem)) {
    const next = kept + toAscii(segment);
    if (next.length + extension.length > room) break;
    kept = next;
  }
  return kept + extension;
}

const lengthOf = (said: Record<string, string>): number =>
  Object.entries(said).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
