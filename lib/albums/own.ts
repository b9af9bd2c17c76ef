import "server-only";
import { and, eq, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { albums } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { maxImagesPerAction } from "@/lib/images/contract";
import { cleanText } from "@/lib/images/names";
import { maxAlbumNameLength } from "./contract";

export const nameShape = z.string().max(1000);
export const imageIdsShape = z.array(z.uuid()).max(maxImagesPerAction);

// Written out, not bound: SQLite uses a partial index only where it sees the condition itself.
/** Not in the trash. */
export const isHere = sql`${albums.deletedAt} is null`;
export const isDeleted = sql`${albums.deletedAt} is not null`;

/** The viewer's album, unless it is in the trash. */
export const isOwn = (viewer: Viewer, id: string): SQL | undefined =>
  and(eq(albums.id, id), eq(albums.ownerId, viewer.id), isHere);

export const ownAsked = (viewer: Viewer, id: string) =>
  database().orm.select({ id: albums.id }).from(albums).where(isOwn(viewer, id));

/** The viewer's album of this name: there is one at the most. */
export const isNamed = (viewer: Viewer, name: string): SQL | undefined =>
  and(eq(albums.ownerId, viewer.id), eq(albums.name, name), isHere);

/** Throws AppError `not_found` where there is none. */
export function theOne<T>([album]: T[]): T {
  if (album === undefined) throw notFound();
  return album;
}

/** In one line, and cut where it is too long. Throws AppError `empty_name`. */
export function nameOf(name: string): string {
  const clean = cleanText(name, maxAlbumNameLength);
  if (clean === "") throw new AppError("empty_name");
  return clean;
}

export const notFound = () =>
  new AppError("not_found", "There is no such album.", { values: { what: "album" } });

/** Leads to the album that has the name. */
export const nameTaken = (album: string) => new AppError("name_taken", undefined, { values: { album } });

/** They are listed on one page. Those in the trash do not count. */
export const maxAlbums = 1000;

export const hasRoom = (viewer: Viewer): SQL =>
  sql`(select count(*) from ${albums} where ${albums.ownerId} = ${viewer.id} and ${isHere}) < ${maxAlbums}`;

export const tooManyAlbums = () =>
  new AppError("too_many_albums", `You have ${maxAlbums} albums. Delete one that you do not need.`, {
    values: { max: maxAlbums },
  });

/** Seconds since the epoch: see “Places by hand” in README.md. */
export const positionNow = (): number => Math.floor(now().getTime() / 1000);
