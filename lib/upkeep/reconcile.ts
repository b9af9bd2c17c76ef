import "server-only";
import { and, asc, eq, gt, inArray, sql } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images, uploads } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { media } from "@/lib/storage/locations";
import type { ListedObject } from "@/lib/storage/storage";
import { isOpen } from "@/lib/uploads/objects";
import { knowStore } from "@/lib/uploads/store";
import { findCandidates } from "./candidates";
import { type Folder, folderOf, foldersInOrder, imageIdOf, isImageId } from "./folders";
import { refuseOtherPail } from "./journal/identity";
import { listParts, newsAmong } from "./journal/parts";

/** What is younger may be on its way: an upload can end only a while after its copies were made. */
const graceSeconds = 24 * 60 * 60;
/** A repair that would take more than this part of the objects or pictures is more likely a mistake in the settings. */
const maxShare = 0.01;
const rowsAtOnce = 1000;

type ImageKeys = Pick<typeof images.$inferSelect, "id" | "keys" | "state" | "createdAt">;

export interface ReconcileReport {
  /** how many were compared */
  images: number;
  objects: number;
  /** ids of pictures that the bucket has and the database does not know */
  unknown: string[];
  /** parts of the journal that the database does not know: it is older than the bucket */
  news: number;
  /** objects under media/ that no picture names, and that name none */
  orphans: string[];
  /** ids of pictures without their original */
  lost: string[];
  /** ids of pictures that have their original and lack a smaller version */
  incomplete: string[];
  /** objects under media/ whose names are not Pail's: never touched */
  foreign: number;
}

/**
 * Compares what lies under media/ with the pictures, both ways, in one pass over both in the order of their ids, holding no
 * more than a page of each. What is younger than a day is let be, but for whole pictures. Throws AppError `other_pail`. See "Reconcile"
 * in README.md.
 */
export async function reconcile(): Promise<ReconcileReport> {
  await knowStore();
  await refuseOtherPail();
  const report: ReconcileReport = {
    images: 0,
    objects: 0,
    unknown: [],
    news: (await newsAmong((await listParts()).parts)).size,
    orphans: [],
    lost: [],
    incomplete: [],
    foreign: 0,
  };
  const rows = imagesInOrder();
  let row = (await rows.next()).value;
  const takeRow = async (files: ListedObject[]) => {
    if (row !== undefined) compare(report, row, files);
    row = (await rows.next()).value;
  };
  let strangers: Folder[] = [];
  for await (const folder of foldersInOrder()) {
    const { id, files } = folder;
    report.objects += files.length;
    if (!isImageId(id)) {
      report.foreign += files.length;
      continue;
    }
    while (row !== undefined && row.id < id) await takeRow([]);
    if (row?.id === id) await takeRow(files);
    else strangers.push(folder);
    if (strangers.length < rowsAtOnce) continue;
    await tellApart(report, strangers);
    strangers = [];
  }
  while (row !== undefined) await takeRow([]);
  await tellApart(report, strangers);
  report.orphans = await stillOrphans(report.orphans.sort());
  return { ...report, ...(await lookAgain([...report.lost, ...report.incomplete])) };
}

/**
 * Deletes the orphans, and puts lost pictures into the trash, from where the sweep takes them; each is looked at again just
 * before. Throws AppError `too_many` where that is more than one in a hundred, unless forced.
 */
export async function repair(
  { images: imageCount, objects, orphans, lost }: ReconcileReport,
  { force = false } = {},
): Promise<{ deleted: number; trashed: number }> {
  if (!force && (orphans.length > objects * maxShare || lost.length > imageCount * maxShare)) {
    const sentence = `That would delete ${orphans.length} of ${objects} objects and ${lost.length} of ${imageCount} pictures, more than one in a hundred. Check S3_BUCKET, MEDIA_LOCATION and DATABASE_URL; if they are right, add --force.`;
    throw new AppError("too_many", sentence);
  }
  const done = { deleted: 0, trashed: 0 };
  for (let start = 0; start < orphans.length; start += rowsAtOnce) {
    const batch = await stillOrphans(orphans.slice(start, start + rowsAtOnce));
    await media().delete(batch);
    done.deleted += batch.length;
  }
  for (const id of lost) done.trashed += await trashLost(id);
  return done;
}

/** Of folders that no row names: what is a picture, and what is not. */
async function tellApart(report: ReconcileReport, strangers: Folder[]): Promise<void> {
  const pictures = new Set((await findCandidates(strangers)).map((candidate) => candidate.row.id));
  report.unknown.push(...pictures);
  const nobodys = strangers.filter(({ id }) => !pictures.has(id)).flatMap(({ files }) => files);
  report.orphans.push(...nobodys.filter(isOld).map(({ name }) => name));
}

function compare(
  report: ReconcileReport,
  { id, keys, state, createdAt }: ImageKeys,
  files: ListedObject[],
): void {
  report.images += 1;
  const named = new Set(Object.values(keys));
  report.orphans.push(
    ...files.filter((file) => isOld(file) && !named.has(media().key(file.name))).map(({ name }) => name),
  );
  // While a picture is purged, its objects go before its row.
  if (state === "purging" || !isOld({ modifiedAt: createdAt })) return;
  addMissing(report, { id, keys }, files);
}

function addMissing(
  report: Pick<ReconcileReport, "lost" | "incomplete">,
  { id, keys }: Pick<ImageKeys, "id" | "keys">,
  files: ListedObject[],
): void {
  const present = new Set(files.map(({ name }) => media().key(name)));
  if (!present.has(keys.original)) report.lost.push(id);
  else if (Object.values(keys).some((key) => !present.has(key))) report.incomplete.push(id);
}

/** One by one: a store that lists in another order, or tells a folder in two pieces, makes pictures look as if they missed something. */
async function lookAgain(ids: string[]): Promise<Pick<ReconcileReport, "lost" | "incomplete">> {
  const found = { lost: [], incomplete: [] };
  for (let start = 0; start < ids.length; start += rowsAtOnce) {
    const batch = ids.slice(start, start + rowsAtOnce);
    const rows = await database()
      .orm.select({ id: images.id, keys: images.keys })
      .from(images)
      .where(inArray(images.id, batch))
      .orderBy(asc(images.id));
    for (const row of rows) {
      addMissing(found, row, (await folderOf(row.id)).files);
    }
  }
  return found;
}

/** Those that no picture names, and that no open upload may still name. */
async function stillOrphans(names: string[]): Promise<string[]> {
  const { orm } = database();
  const found: string[] = [];
  for (let start = 0; start < names.length; start += rowsAtOnce) {
    const batch = names.slice(start, start + rowsAtOnce);
    const ids = [...new Set(batch.map(imageIdOf))];
    const [rows, open] = await Promise.all([
      orm.select({ keys: images.keys }).from(images).where(inArray(images.id, ids)),
      orm
        .select({ imageId: uploads.imageId })
        .from(uploads)
        .where(and(inArray(uploads.imageId, ids), isOpen)),
    ]);
    const named = new Set(rows.flatMap(({ keys }) => Object.values(keys)));
    const openIds = new Set(open.map(({ imageId }) => imageId));
    found.push(...batch.filter((name) => !named.has(media().key(name)) && !openIds.has(imageIdOf(name))));
  }
  return found;
}

async function trashLost(id: string): Promise<number> {
  const { orm } = database();
  const isThisOne = and(eq(images.id, id), eq(images.state, "ready"));
  const [row] = await orm.select({ keys: images.keys }).from(images).where(isThisOne);
  if (row === undefined || (await media().exists(media().nameOf(row.keys.original)))) return 0;
  const trashed = await orm
    .update(images)
    .set({ state: "trashed", deletedAt: now() })
    .where(isThisOne)
    .returning({ id: images.id });
  return trashed.length;
}

/** Pictures whose objects are under this media location, by their ids. */
async function* imagesInOrder(): AsyncGenerator<ImageKeys, undefined> {
  const prefix = `${media().location}/`;
  for (let last = ""; ; ) {
    const page = await database()
      .orm.select({ id: images.id, keys: images.keys, state: images.state, createdAt: images.createdAt })
      .from(images)
      .where(
        and(
          gt(images.id, last),
          sql`substr(json_extract(${images.keys}, '$.original'), 1, ${prefix.length}) = ${prefix}`,
        ),
      )
      .orderBy(asc(images.id))
      .limit(rowsAtOnce);
    yield* page;
    const end = page.at(-1);
    if (end === undefined) return undefined;
    last = end.id;
  }
}

const isOld = ({ modifiedAt }: Pick<ListedObject, "modifiedAt">): boolean =>
  modifiedAt.getTime() < now().getTime() - graceSeconds * 1000;
