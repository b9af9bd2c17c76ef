import "server-only";
import { asc, desc, eq, sql } from "drizzle-orm";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { albums, months, searchAlbums, searchCameras } from "@/lib/db/schema";
import { type ImageType, imageTypes } from "./formats/table";
import { baseOf, chosenTime, type Found, numbersPerOwner } from "./search-index";
import { asksForAnything, type Search } from "./search-shape";
import { beginningsOf, isShort, matchOf, type SearchableAlbum, wordsOf } from "./search-words";

const maxTerms = 2000;
const maxCameras = 100;

/** What one can choose between. */
export interface SearchChoices {
  /** the newest first */
  years: number[];
  types: ImageType[];
  /** those of the most pictures first */
  cameras: string[];
  albums: { id: string; name: string }[];
}

/** Null where nothing can be found. */
export async function prepare(viewer: Viewer, search: Search): Promise<Found | null> {
  const [known, terms] = await database().together([albumsAsked(viewer), termsAsked(search)]);
  return foundBy(viewer, search, known, terms);
}

export async function prepareWithChoices(
  viewer: Viewer,
  search: Search,
): Promise<{ found: Found | null; choices: SearchChoices }> {
  const { orm } = database();
  const [known, terms, ofMonths, cameras, types] = await database().together([
    albumsAsked(viewer),
    termsAsked(search),
    orm.select({ startsAt: months.startsAt }).from(months).where(eq(months.ownerId, viewer.id)),
    orm
      .select({ camera: searchCameras.camera })
      .from(searchCameras)
      .where(eq(searchCameras.ownerId, viewer.id))
      .orderBy(desc(searchCameras.count), asc(searchCameras.camera))
      .limit(maxCameras),
    typesAsked(viewer),
  ]);
  const present = known.filter(({ isDeleted }) => !isDeleted);
  const choices = {
    years: [...new Set(ofMonths.map(({ startsAt }) => startsAt.getUTCFullYear()))].sort((a, b) => b - a),
    types: types.map(({ type }) => type),
    cameras: cameras.map(({ camera }) => camera),
    albums: present.map(({ id, name }) => ({ id, name })),
  };
  return { found: foundBy(viewer, search, known, terms), choices };
}

/** At most a thousand: see `maxAlbums` in lib/albums. */
const albumsAsked = (viewer: Viewer) =>
  database()
    .orm.select({
      id: albums.id,
      name: albums.name,
      number: searchAlbums.number,
      isDeleted: sql<boolean>`${albums.deletedAt} is not null`.mapWith(Boolean),
    })
    .from(albums)
    .leftJoin(searchAlbums, eq(searchAlbums.albumId, albums.id))
    .where(eq(albums.ownerId, viewer.id))
    .orderBy(asc(albums.name));

/** What the index has that begins as the short words do: from one to the next, without what is between, of which there may be much. */
function termsAsked({ q }: Search) {
  const beginnings = JSON.stringify(wordsOf(q).filter(isShort).flatMap(beginningsOf));
  const end = sql`char(1114111)`;
  return database()
    .orm.select({ beginning: sql<string>`beginning`, term: sql<string>`term` })
    .from(sql`(
      with recursive found(beginning, term) as (
        select value, (select term from search_terms where term >= value and term < value || ${end} limit 1)
          from json_each(${beginnings})
        union all
        select beginning, (select term from search_terms
            where term >= found.term || char(1) and term < found.beginning || ${end} limit 1)
          from found where found.term is not null
        limit ${maxTerms}
      ) select beginning, term from found where term is not null)`);
}

/** Of each type whether there is one. */
const typesAsked = (viewer: Viewer) =>
  database()
    .orm.select({ type: sql<ImageType>`value` })
    .from(sql`json_each(${JSON.stringify(imageTypes)})`)
    .where(
      sql`exists (select 1 from search_index where search_index match char(34, 2, 57600 + unicode(substr(value, 7, 1)),
        57600 + unicode(substr(value, 8, 1)), 34) and rowid >= ${baseOf(viewer)} and rowid < ${baseOf(viewer)} + ${numbersPerOwner})`,
    );

function foundBy(
  viewer: Viewer,
  search: Search,
  known: SearchableAlbum[],
  terms: { beginning: string; term: string }[],
): Found | null {
  if (!asksForAnything(search)) return null;
  const words = wordsOf(search.q);
  const termsOf = (word: string): string[] => {
    const beginnings = beginningsOf(word);
    return terms.filter(({ beginning }) => beginnings.includes(beginning)).map(({ term }) => term);
  };
  const match = matchOf({ ...search, words, favourite: search.favourite === "1" }, known, termsOf);
  if (match === null) return null;
  return { match, base: baseOf(viewer), ...chosenTime(search) };
}
