import "server-only";
import { and, inArray, notLike } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images, uploads, users } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { type Adoptable, readObjectMetadata } from "@/lib/images/adoption";
import { capturedOf } from "@/lib/images/captured";
import type { ImageType } from "@/lib/images/contract";
import { formatOf } from "@/lib/images/formats/table";
import { type Inspection, inspect } from "@/lib/images/inspect";
import { openObjectSource } from "@/lib/images/object-source";
import { type VariantKind, type VariantType, variantKinds, variantTypes } from "@/lib/images/variants";
import type { ObjectMetadata } from "@/lib/storage/get-object";
import { media } from "@/lib/storage/locations";
import { StorageError } from "@/lib/storage/s3-failure";
import type { ListedObject } from "@/lib/storage/storage";
import { mediaName } from "@/lib/uploads/objects";
import { hashObject } from "@/lib/uploads/verify";
import type { Folder } from "./folders";
import { anyPlaceholderEmail } from "./journal/unknown-accounts";

/** Pictures looked at at the same time: enough to hide the bucket's latency. */
const parallel = 16;
const atOnce = 100;
/** What is younger and not all there may be on its way. */
const graceSeconds = 60 * 60;
/** What Pail has taken, it has. */
const noLimits = { maxBytes: Number.POSITIVE_INFINITY, maxPixels: Number.POSITIVE_INFINITY };
/** Grey, until somebody makes another one. */
const plainThumbhash = "IAgCBwBYUy6HiHh1h0iIWIiPAQAAAAAA";
/** Whose pictures those are that do not say it, where there are several accounts. */
const nobodysId = "00000000-0000-7000-8000-000000000000";

type NewImage = typeof images.$inferInsert;

export interface Candidate {
  row: NewImage;
  /** null: the object does not say it */
  uploadId: string | null;
}

/**
 * What the folders under media/ that no row names say of their pictures: by the metadata of the original, else by the file itself. Those in
 * which there is no picture, or not yet, are not in it.
 */
export async function findCandidates(folders: Folder[]): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  const queue = (await withoutRows(folders)).values();
  const work = async () => {
    for (const folder of queue) {
      const candidate = await candidateOf(folder);
      if (candidate !== null) candidates.push(candidate);
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: parallel }, work));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  return candidates.sort((one, other) => (one.row.id < other.row.id ? -1 : 1));
}

/** Without those that have a row, and those of uploads that ended otherwise: the sweep takes them. */
async function withoutRows(folders: Folder[]): Promise<Folder[]> {
  const left: Folder[] = [];
  for (let start = 0; start < folders.length; start += atOnce) {
    const batch = folders.slice(start, start + atOnce);
    const unknown = new Set(await withoutRow(batch.map(({ id }) => id)));
    const ended = await database()
      .orm.select({ imageId: uploads.imageId })
      .from(uploads)
      .where(and(inArray(uploads.imageId, [...unknown]), inArray(uploads.state, ["rejected", "abandoned"])));
    for (const { imageId } of ended) unknown.delete(imageId);
    left.push(...batch.filter(({ id }) => unknown.has(id)));
  }
  return left;
}

/** Those of these ids that no row has. */
export async function withoutRow(ids: string[]): Promise<string[]> {
  const rows = await database().orm.select({ id: images.id }).from(images).where(inArray(images.id, ids));
  const there = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !there.has(id));
}

async function candidateOf({ id, files }: Folder): Promise<Candidate | null> {
  for (const file of files.filter(({ name }) => name.startsWith(`${id}/original.`))) {
    const head = await media().metadata(file.name);
    if (head === null) continue;
    const said = readObjectMetadata(head.custom);
    if (said !== null && said.row.id === id && isWholly(said, file.name, head))
      return asSaid(said, { id, files });
    const found = await asFound(file, head, { id, files });
    if (found !== null) return found;
  }
  return null;
}

/** A copy of other bytes can have been made in the moment of a crash, on a store that heeds no conditions of copies. */
const isWholly = ({ row }: Adoptable, name: string, head: ObjectMetadata): boolean =>
  name === mediaName(row.id, "original", row) &&
  head.bytes === row.bytes &&
  (head.sha256 === null || head.sha256 === row.sha256);

async function asSaid(
  { row, uploadId, facts, variants }: Adoptable,
  folder: Folder,
): Promise<Candidate | null> {
  const wanted = Object.entries(variants).map(([kind, variant]) => ({
    kind: kind as VariantKind,
    ...variant,
  }));
  const isHere = ({ kind, type }: (typeof wanted)[number], files: ListedObject[]) =>
    files.some(({ name }) => name === mediaName(row.id, kind, { type }));
  let { files } = folder;
  // A store may tell a folder in two pieces.
  if (!wanted.every((variant) => isHere(variant, files))) files = await listFolder(row.id);
  const present = wanted.filter((variant) => isHere(variant, files));
  if (present.length < wanted.length && files.some(isYoung)) return null;
  const original = mediaName(row.id, "original", row);
  const read = facts === null ? await inspectObject(original) : null;
  return {
    uploadId,
    row: {
      ...row,
      facts: facts ?? read?.facts ?? null,
      ...storedAs(original, row, present),
    },
  };
}

/** An older Pail's copy says nothing, so the file is asked. Null where it is no picture. */
async function asFound(
  { name, modifiedAt }: ListedObject,
  head: ObjectMetadata,
  folder: Folder,
): Promise<Candidate | null> {
  const inspection = isYoung({ modifiedAt }) ? null : await inspectObject(name);
  if (inspection === null) return null;
  const { type, width, height, facts } = inspection;
  const fileName = `picture.${formatOf(type).extension}`;
  const files = await listFolder(folder.id);
  const present = files.flatMap((file) => {
    const kind = variantKinds.find((one) => file.name.startsWith(`${folder.id}/${one}.`));
    const variantType = variantTypes.find(
      (one) => kind && file.name === mediaName(folder.id, kind, { type: one }),
    );
    return kind && variantType ? [{ kind, type: variantType, bytes: file.bytes }] : [];
  });
  const row = {
    id: folder.id,
    ownerId: await findSoleOwner(),
    name: fileName,
    title: "picture",
    type,
    bytes: head.bytes,
    sha256: head.sha256 ?? (await hashObject(media(), name)),
    width,
    height,
    ...capturedOf({ noted: inspection, fileDate: null, addedAt: modifiedAt, name: fileName }),
    facts,
    thumbhash: plainThumbhash,
    createdAt: modifiedAt,
  };
  return { uploadId: null, row: { ...row, ...storedAs(name, row, present) } };
}

function storedAs(
  original: string,
  { id, bytes }: { id: string; bytes: number; type: ImageType },
  present: { kind: VariantKind; type: VariantType; bytes: number }[],
): Pick<NewImage, "keys" | "variantTypes" | "storedBytes"> {
  const keys = present.map(({ kind, type }) => [kind, media().key(mediaName(id, kind, { type }))]);
  return {
    keys: { original: media().key(original), ...Object.fromEntries(keys) },
    variantTypes: Object.fromEntries(present.map(({ kind, type }) => [kind, type])),
    storedBytes: present.reduce((sum, variant) => sum + variant.bytes, bytes),
  };
}

async function inspectObject(name: string): Promise<Inspection | null> {
  const source = await openObjectSource(media(), name);
  try {
    return source && (await inspect(source, noLimits));
  } catch (error) {
    if (!(error instanceof AppError) || error instanceof StorageError) throw error;
    return null;
  }
}

async function listFolder(id: string): Promise<ListedObject[]> {
  const files: ListedObject[] = [];
  for await (const page of media().listdir(id)) files.push(...page.files);
  return files;
}

const isYoung = ({ modifiedAt }: Pick<ListedObject, "modifiedAt">): boolean =>
  modifiedAt.getTime() > now().getTime() - graceSeconds * 1000;

/** Where there is one account, its pictures; else those of an account that belongs to nobody. */
async function findSoleOwner(): Promise<string> {
  const rows = await database()
    .orm.select({ id: users.id })
    .from(users)
    .where(notLike(users.email, anyPlaceholderEmail))
    .limit(2);
  return rows.length === 1 ? (rows[0]?.id ?? nobodysId) : nobodysId;
}
