import "server-only";
import { and, sql } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { albumImages, albums } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { cleanText } from "@/lib/images/names";
import { albumIdShape } from "./albums";
import { type AlbumSorting, albumSortings, maxAlbumDescriptionLength } from "./contract";
import { isNamed, isOwn, nameOf, nameShape, nameTaken, ownAsked, theOne } from "./own";

const changesShape = z
  .object({
    name: nameShape,
    description: z.string().max(20_000),
    /** null: its newest picture */
    coverId: z.uuid().nullable(),
    sorting: z.enum(albumSortings),
  })
  .partial();
export const albumChangeShape = z.object({ id: albumIdShape, changes: changesShape });
type AlbumChanges = z.infer<typeof changesShape>;

/**
 * Changes what is said of the viewer's album, and nothing that is not named: of two who change it at once, each field is as the last one
 * has it. Returns the fields as they are now. Throws AppError `not_found` (also for a cover that is not in the album), `empty_name`
 * or `name_taken`, which says in its values which album has the name.
 */
export async function changeAlbum(
  viewer: Viewer,
  { id, changes }: z.infer<typeof albumChangeShape>,
): Promise<AlbumChanges> {
  const { name, description, coverId } = changes;
  const values = {
    ...changes,
    ...(name !== undefined && { name: nameOf(name) }),
    ...(description !== undefined && { description: descriptionOf(description) }),
  };
  if (Object.values(values).every((value) => value === undefined)) return {};
  const { orm } = database();
  const other = sql`(select other.id from ${albums} as other where other.owner_id = ${viewer.id}
    and other.name = ${values.name} and other.deleted_at is null and other.id <> ${id})`;
  const isMember = sql`exists (select 1 from ${albumImages} where ${albumImages.albumId} = ${id}
    and ${albumImages.imageId} = ${coverId})`;
  const [changed] = await orm
    .update(albums)
    .set(values)
    .where(
      and(
        isOwn(viewer, id),
        values.name === undefined ? undefined : sql`not exists ${other}`,
        coverId ? isMember : undefined,
      ),
    )
    .returning({ id: albums.id });
  if (changed !== undefined) return values;
  theOne(await ownAsked(viewer, id));
  if (values.name !== undefined) {
    const [taken] = await orm.select({ id: albums.id }).from(albums).where(isNamed(viewer, values.name));
    if (taken !== undefined && taken.id !== id) throw nameTaken(taken.id);
  }
  throw notInAlbum();
}

export interface SaidElsewhere {
  description: string;
  sorting: AlbumSorting;
  coverId: string | null;
}

/** Takes over what is said of the viewer's album elsewhere, but for what a person has said here. */
export async function fillInAlbum(viewer: Viewer, id: string, said: SaidElsewhere): Promise<void> {
  const { description, sorting, coverId } = said;
  await database()
    .orm.update(albums)
    .set({
      description: sql`iif(${albums.description} = '', ${descriptionOf(description)}, ${albums.description})`,
      sorting: sql`iif(${albums.sorting} = 'newest', ${sorting}, ${albums.sorting})`,
      coverId: sql`coalesce(${albums.coverId}, ${coverId})`,
    })
    .where(isOwn(viewer, id));
}

/** Its lines stay, each without what could make it look like other text. */
const descriptionOf = (text: string): string =>
  text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => cleanText(line, maxAlbumDescriptionLength))
    .join("\n")
    .slice(0, maxAlbumDescriptionLength)
    .replace(/[\ud800-\udbff]$/, "")
    .trim();

/** Somebody has taken it out meanwhile. */
export const notInAlbum = () => new AppError("not_in_album");
