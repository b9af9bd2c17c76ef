import "server-only";
import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { albums } from "@/lib/db/schema";
import { trashSeconds } from "@/lib/images/trash";
import { albumsListed, listedAsked } from "./albums";
import { type AlbumLink, type DeletedAlbum, maxAlbumNameLength } from "./contract";
import { hasRoom, isDeleted, isOwn, maxAlbums, notFound, theOne, tooManyAlbums } from "./own";

/** Puts the viewer's album into the trash, with its list of pictures, and none of these. Throws AppError `not_found`. */
export async function deleteAlbum(viewer: Viewer, id: string): Promise<AlbumLink> {
  return theOne(
    await database()
      .orm.update(albums)
      .set({ deletedAt: now() })
      .where(isOwn(viewer, id))
      .returning({ id: albums.id, name: albums.name }),
  );
}

/**
 * Brings the viewer's album back from the trash, as “name (2)” where another has its name by now. Doing it again changes nothing. Throws
 * AppError `not_found` once it is gone, `too_many_albums`.
 */
export async function restoreAlbum(viewer: Viewer, id: string): Promise<AlbumLink> {
  const { orm, atomic } = database();
  const [, [album]] = await atomic([
    orm
      .update(albums)
      .set({ deletedAt: null, name: freeName })
      .where(and(isInTrash(viewer, id), hasRoom(viewer))),
    orm
      .select({ id: albums.id, name: albums.name, deletedAt: albums.deletedAt })
      .from(albums)
      .where(and(eq(albums.id, id), eq(albums.ownerId, viewer.id))),
  ]);
  if (album === undefined) throw notFound();
  if (album.deletedAt !== null) throw tooManyAlbums();
  return { id, name: album.name };
}

/** Its name, or the first of “name (2)”, “name (3)” and so on that no other album of its owner has. */
const freeName = sql`(with recursive candidate(number, name) as (
    select 1, ${albums.name}
    union all select number + 1, substr(${albums.name}, 1, ${maxAlbumNameLength - 7}) || ' (' || (number + 1) || ')'
    from candidate where exists (select 1 from ${albums} as other where other.owner_id = ${albums.ownerId}
      and other.name = candidate.name and other.deleted_at is null))
  select name from candidate order by number desc limit 1)`;

/** The viewer's albums in the trash, the one that was deleted last first. */
export async function listDeletedAlbums(viewer: Viewer): Promise<DeletedAlbum[]> {
  const listed = await albumsListed(
    await listedAsked(and(eq(albums.ownerId, viewer.id), isDeleted))
      .orderBy(desc(albums.deletedAt), desc(albums.id))
      .limit(maxAlbums),
  );
  return listed.map(({ deletedAt, ...album }) => ({ ...album, deletedAt: deletedAt?.getTime() ?? 0 }));
}

/** Deletes the viewer's album for good, from the trash; what is gone already is no fault. */
export async function purgeAlbum(viewer: Viewer, id: string): Promise<void> {
  await database().orm.delete(albums).where(isInTrash(viewer, id));
}

/** Deletes for good what was deleted longer ago than pictures lie in the trash. Returns how many albums are gone. */
export async function purgeDeletedAlbums(): Promise<number> {
  const due = new Date(now().getTime() - trashSeconds() * 1000);
  const gone = await database()
    .orm.delete(albums)
    .where(and(isDeleted, lt(albums.deletedAt, due)))
    .returning({ id: albums.id });
  return gone.length;
}

const isInTrash = (viewer: Viewer, id: string) =>
  and(eq(albums.id, id), eq(albums.ownerId, viewer.id), isDeleted);
