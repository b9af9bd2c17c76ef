import "server-only";
import { and, asc, desc, eq, inArray, notInArray, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { albumImages, albums, images } from "@/lib/db/schema";
import type { GalleryImage } from "@/lib/images/contract";
import { galleryColumns, isReady, toGalleryImage } from "@/lib/images/gallery";
import { albumIdShape } from "./albums";
import { notInAlbum } from "./changing";
import { imageIdsShape, isOwn, ownAsked, positionNow, theOne } from "./own";

export const moveShape = z.object({
  id: albumIdShape,
  /** in the order that they are to have */
  imageIds: imageIdsShape.min(1),
  /** the picture before which they are to stand; null: at the end */
  before: z.uuid().nullable(),
});
export const handOrderShape = z.object({ id: albumIdShape, offset: z.number().int().min(0) });

/** So many pictures come at a time where one orders them by hand. */
export const handPageSize = 200;

const byHand = [asc(albumImages.position), asc(albumImages.imageId)];

/**
 * Moves pictures of the viewer's album before another of its pictures, or to the end. Those that were taken out meanwhile are passed
 * over. Throws AppError `not_found`, or `not_in_album` where none of them is there, or the one before which they were to stand.
 */
export async function movePictures(
  viewer: Viewer,
  { id, imageIds, before }: z.infer<typeof moveShape>,
): Promise<void> {
  const moved = [...new Set(imageIds)].filter((imageId) => imageId !== before);
  for (let isRenumbered = false; ; isRenumbered = true) {
    const { present, lower, upper } = await findRoom(viewer, id, moved, before);
    const wanted = moved.filter((imageId) => present.has(imageId));
    if (wanted.length === 0) throw notInAlbum();
    const positions = between(lower, upper, wanted.length);
    if (positions !== null) return place(viewer, id, wanted, positions);
    if (isRenumbered) throw new Error("there is no room between two places that were just numbered");
    await renumber(viewer, id);
  }
}

/** Between which places they are to stand; those that are moved themselves do not count. */
async function findRoom(viewer: Viewer, id: string, moved: string[], before: string | null) {
  const { orm, together } = database();
  const isIn = eq(albumImages.albumId, id);
  const goal = sql`(select ${albumImages.position}, ${albumImages.imageId} from ${albumImages}
    where ${isIn} and ${albumImages.imageId} = ${before})`;
  const isBefore =
    before === null ? undefined : sql`(${albumImages.position}, ${albumImages.imageId}) < ${goal}`;
  const columns = { imageId: albumImages.imageId, position: albumImages.position };
  const [own, present, [target], [neighbour]] = await together([
    ownAsked(viewer, id),
    orm
      .select(columns)
      .from(albumImages)
      .where(and(isIn, inArray(albumImages.imageId, moved))),
    orm
      .select(columns)
      .from(albumImages)
      .where(and(isIn, eq(albumImages.imageId, before ?? ""))),
    orm
      .select(columns)
      .from(albumImages)
      .where(and(isIn, notInArray(albumImages.imageId, moved), isBefore))
      .orderBy(desc(albumImages.position), desc(albumImages.imageId))
      .limit(1),
  ]);
  theOne(own);
  if (before !== null && target === undefined) throw notInAlbum();
  return {
    present: new Set(present.map(({ imageId }) => imageId)),
    lower: neighbour?.position ?? null,
    upper: target?.position ?? null,
  };
}

/** So many places between two others, null where there is no room: a number has only so many digits. */
function between(lower: number | null, upper: number | null, count: number): number[] | null {
  const first = lower ?? (upper === null ? positionNow() : upper - count - 1);
  const last = upper ?? first + count + 1;
  const step = (last - first) / (count + 1);
  const positions = Array.from({ length: count }, (_, n) => first + step * (n + 1));
  const all = [first, ...positions, last];
  return all.every((position, n) => n === 0 || position > (all[n - 1] ?? 0)) ? positions : null;
}

async function place(viewer: Viewer, id: string, imageIds: string[], positions: number[]): Promise<void> {
  const told = JSON.stringify(imageIds.map((imageId, n) => [imageId, positions[n]]));
  const moved = await database()
    .orm.update(albumImages)
    .set({ position: sql`json_extract(j.value, '$[1]')` })
    .from(sql`json_each(${told}) as j`)
    .where(and(isInOwn(viewer, id), eq(albumImages.imageId, sql`json_extract(j.value, '$[0]')`)))
    .returning({ imageId: albumImages.imageId });
  if (moved.length === 0) throw notInAlbum();
}

/** The same order in whole numbers, the last one of now. */
async function renumber(viewer: Viewer, id: string): Promise<void> {
  const numbered = sql`(select ${albumImages.imageId} as image_id,
    row_number() over (order by ${albumImages.position}, ${albumImages.imageId}) - count(*) over () as place
    from ${albumImages} where ${eq(albumImages.albumId, id)}) as numbered`;
  await database()
    .orm.update(albumImages)
    .set({ position: sql`${positionNow()} + numbered.place` })
    .from(numbered)
    .where(and(isInOwn(viewer, id), eq(albumImages.imageId, sql`numbered.image_id`)));
}

const isInOwn = (viewer: Viewer, id: string): SQL | undefined =>
  and(eq(albumImages.albumId, id), inArray(albumImages.albumId, ownAsked(viewer, id)));

/** The pictures of the viewer's album as they were ordered by hand, `handPageSize` at a time. Throws AppError `not_found`. */
export async function listByHand(
  viewer: Viewer,
  { id, offset }: z.infer<typeof handOrderShape>,
): Promise<{ images: GalleryImage[]; isLast: boolean }> {
  const { orm, together } = database();
  const [own, rows] = await together([
    ownAsked(viewer, id),
    orm
      .select(galleryColumns)
      .from(albumImages)
      .innerJoin(albums, and(eq(albums.id, albumImages.albumId), isOwn(viewer, id)))
      .innerJoin(images, and(eq(images.id, albumImages.imageId), isReady))
      .where(eq(albumImages.albumId, id))
      .orderBy(...byHand)
      .limit(handPageSize + 1)
      .offset(offset),
  ]);
  theOne(own);
  return {
    images: await Promise.all(rows.slice(0, handPageSize).map(toGalleryImage)),
    isLast: rows.length <= handPageSize,
  };
}
