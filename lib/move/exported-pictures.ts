import "server-only";
import { and, asc, count, eq, gt, inArray, ne, type SQL, sql } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { albumImages, albums, images, users } from "@/lib/db/schema";
import { type ImageRow, isReady, oldestFirst, placeColumns, placeValues } from "@/lib/images/gallery";

const rowsAtOnce = 200;
const isHere = sql`${albums.deletedAt} is null`;

const albumColumns = {
  id: albums.id,
  name: albums.name,
  createdAt: albums.createdAt,
  description: albums.description,
  sorting: albums.sorting,
  coverId: albums.coverId,
};
export type Album = Pick<typeof albums.$inferSelect, keyof typeof albumColumns>;
export type ExportedOwner = Pick<typeof users.$inferSelect, "id" | "name" | "email">;

/** Everybody who has an account, or whoever has this address, in the order of their addresses. */
export const listOwners = (email: string | null): Promise<ExportedOwner[]> =>
  database()
    .orm.select({ id: users.id, name: users.name, email: users.email })
    .from(users)
    .where(email === null ? undefined : eq(users.email, email.trim().toLowerCase()))
    .orderBy(asc(users.email));

/** The oldest first, so that their folders' names stay; those in the trash are left out. */
export const listAlbumsOf = (ownerId: string): Promise<Album[]> =>
  database()
    .orm.select(albumColumns)
    .from(albums)
    .where(and(eq(albums.ownerId, ownerId), isHere))
    .orderBy(asc(albums.createdAt), asc(albums.id));

export async function countTrashed(ownerIds: string[]): Promise<number> {
  const [row] = await database()
    .orm.select({ trashed: count() })
    .from(images)
    .where(and(inArray(images.ownerId, ownerIds), ne(images.state, "ready")));
  return row?.trashed ?? 0;
}

/** An album's pictures, a few at a time, in the order in which they were added. */
export async function* picturesOf(album: Album): AsyncGenerator<ImageRow[]> {
  const among = database()
    .orm.select({ id: albumImages.imageId })
    .from(albumImages)
    .where(eq(albumImages.albumId, album.id));
  yield* pages([asc(images.id)], (last) =>
    and(inArray(images.id, among), isReady, last && gt(images.id, last.id)),
  );
}

/** The pictures of somebody that are in no album, a few at a time, the oldest first. */
export async function* picturesInNoAlbum(ownerId: string): AsyncGenerator<ImageRow[]> {
  const isInAlbum = sql`exists (select 1 from ${albumImages} join ${albums} on ${albums.id} = ${albumImages.albumId}
    where ${albumImages.imageId} = ${images.id} and ${isHere})`;
  yield* pages(oldestFirst, (last) =>
    and(
      eq(images.ownerId, ownerId),
      isReady,
      sql`not ${isInAlbum}`,
      last && sql`${placeColumns} > ${placeValues({ ...last, capturedAt: last.capturedAt.getTime() })}`,
    ),
  );
}

async function* pages(
  order: SQL[],
  behind: (last: ImageRow | undefined) => SQL | undefined,
): AsyncGenerator<ImageRow[]> {
  for (let last: ImageRow | undefined; ; ) {
    const page = await database()
      .orm.select()
      .from(images)
      .where(behind(last))
      .orderBy(...order)
      .limit(rowsAtOnce);
    if (page.length === 0) return;
    yield page;
    last = page.at(-1);
  }
}

/** Of each picture the names of the albums that it is in. */
export async function albumNamesOf(ids: string[]): Promise<Map<string, string[]>> {
  const rows = await database()
    .orm.select({ id: albumImages.imageId, name: albums.name })
    .from(albumImages)
    .innerJoin(albums, eq(albums.id, albumImages.albumId))
    .where(and(inArray(albumImages.imageId, ids), isHere))
    .orderBy(asc(albums.createdAt), asc(albums.id));
  const names = new Map<string, string[]>();
  for (const { id, name } of rows) names.set(id, [...(names.get(id) ?? []), name]);
  return names;
}

/** Where each of these stands in the album. */
export async function positionsIn(album: string, ids: string[]): Promise<Map<string, number>> {
  const rows = await database()
    .orm.select({ id: albumImages.imageId, position: albumImages.position })
    .from(albumImages)
    .where(and(eq(albumImages.albumId, album), inArray(albumImages.imageId, ids)));
  return new Map(rows.map(({ id, position }) => [id, position]));
}
