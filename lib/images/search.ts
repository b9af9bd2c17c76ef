import "server-only";
import { and, asc, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { albums, images, months, searchAlbums, searchCameras, searchRows } from "@/lib/db/schema";
import type {
  Cursor,
  GalleryPage,
  PictureSize,
  Timeline,
  TimelineOrder,
  TimelinePart,
  TimelineSection,
} from "./contract";
import { type ImageType, imageTypes } from "./formats/table";
import { galleryColumns, galleryPageSize, isReady, pageOf, toGalleryImage } from "./gallery";
import { beginningsOf, isShort, matchOf, type SearchableAlbum, wordsOf } from "./search-words";
import {
  firstOfTimeline,
  type PartAsked,
  partOf,
  partShape,
  type RangeAsked,
  rangeShape,
  ratiosOf,
  sectionsShape,
  sizeColumns,
} from "./timeline";

/** Of what is found, months are counted until they have so many pictures: see “Search” in README.md. */
export const maxCounted = 20_000;
/** A month of more pictures says how much room they take by so many of them. */
const sampled = 20;
const maxTerms = 2000;
const maxCameras = 100;

export const orientations = ["landscape", "portrait", "square"] as const;

/** What an address asks for; what it says otherwise than it could counts as not said. */
export const searchShape = z.object({
  q: z.string().default("").catch(""),
  year: z.coerce.number().int().min(1).max(9999).optional().catch(undefined),
  /** counts with a year only */
  month: z.coerce.number().int().min(1).max(12).optional().catch(undefined),
  type: z
    .enum(imageTypes as [ImageType, ...ImageType[]])
    .optional()
    .catch(undefined),
  camera: z.string().min(1).max(500).optional().catch(undefined),
  favourite: z.literal("1").optional().catch(undefined),
  /** none: what is in no album */
  album: z
    .union([z.literal("none"), z.uuid()])
    .optional()
    .catch(undefined),
  orientation: z.enum(orientations).optional().catch(undefined),
});
export type Search = z.infer<typeof searchShape>;

export const searchSectionsShape = searchShape.extend(sectionsShape.shape);
export const searchPartShape = searchShape.extend(partShape.shape);
export const searchRangeShape = searchShape.and(rangeShape);

/** Whether it asks for anything: what asks for nothing finds nothing. */
export const asksForAnything = (search: Search): boolean =>
  wordsOf(search.q).length > 0 ||
  Object.entries(search).some(([name, value]) => name !== "q" && name !== "month" && value !== undefined);

export interface FoundTimeline extends Omit<Timeline, "first"> {
  /** Whether so much is found that there may be more behind these sections. */
  isCut: boolean;
}

/** What one can choose between. */
export interface SearchChoices {
  /** the newest first */
  years: number[];
  types: ImageType[];
  /** those of the most pictures first */
  cameras: string[];
  albums: { id: string; name: string }[];
}

/** What the page of a search shows: its choices, and the newest pictures that it finds, from behind the cursor. */
export async function getSearchPage(
  viewer: Viewer,
  search: Search,
  after: Cursor | null,
  limit = galleryPageSize,
): Promise<{ page: GalleryPage; choices: SearchChoices }> {
  const { found, choices } = await prepareWithChoices(viewer, search);
  const rows = found === null ? [] : await pageAsked(viewer, found, after, limit);
  return { page: await pageOf(rows, limit), choices };
}

/** The newest of the viewer's pictures that a search finds, from behind the cursor. */
export async function listFound(
  viewer: Viewer,
  search: Search,
  after: Cursor | null,
  limit = galleryPageSize,
): Promise<GalleryPage> {
  const found = await prepare(viewer, search);
  return pageOf(found === null ? [] : await pageAsked(viewer, found, after, limit), limit);
}

/** What a timeline of what is found begins with, and what one can choose between. */
export async function getSearchTimeline(
  viewer: Viewer,
  { order, ...search }: z.infer<typeof searchSectionsShape>,
  limit = firstOfTimeline,
): Promise<Timeline & FoundTimeline & { choices: SearchChoices }> {
  const { found, choices } = await prepareWithChoices(viewer, search);
  if (found === null) return { order, sections: [], first: [], isCut: false, choices };
  const [sections, rows] = await database().together([
    sectionsAsked(viewer, found, order),
    rowsAsked(viewer, found, order, limit, 0),
  ]);
  return {
    order,
    sections,
    isCut: false,
    first: await Promise.all(rows.map(toGalleryImage)),
    choices,
  };
}

/** The months of what is found; of very much the first ones in this order, up to `maxCounted` pictures. */
export async function listFoundSections(
  viewer: Viewer,
  { order, ...search }: z.infer<typeof searchSectionsShape>,
): Promise<Omit<Timeline, "first">> {
  const found = await prepare(viewer, search);
  return {
    order,
    sections: found === null ? [] : await sectionsAsked(viewer, found, order),
  };
}

/** Pictures of a month of what is found, or of all, which are counted up to `maxCounted`. */
export async function getFoundPart(
  viewer: Viewer,
  { order, section, offset, limit, ...search }: PartAsked & Search,
): Promise<TimelinePart> {
  const found = await prepare(viewer, search);
  if (found === null) return { images: [], count: 0 };
  const within = section === "all" ? found : { ...found, ...inSection(viewer, section, found) };
  // Of a month as its section has it, to the end.
  const most = section === "all" ? sql`limit ${maxCounted}` : sql``;
  const counted = sql`(select 1 from search_index where ${isFound(within)} ${most})`;
  const [[row], rows] = await database().together([
    database().orm.select({ count: sql<number>`count(*)` }).from(sql`${counted}`),
    rowsAsked(viewer, within, order, limit, offset),
  ]);
  return partOf(rows, row?.count ?? 0);
}

/** The ids of what is found from one index to another. */
export async function listFoundSizes(
  viewer: Viewer,
  { order, from, to, ...search }: RangeAsked & Search,
): Promise<PictureSize[]> {
  const found = await prepare(viewer, search);
  if (found === null) return [];
  return database()
    .orm.select(sizeColumns)
    .from(searchRows)
    .innerJoin(images, eq(images.id, searchRows.imageId))
    .where(isOneOf(viewer, numbersOf(found, order, to - from + 1, from)))
    .orderBy(byNumber(order));
}

/** A search as the index takes it: which of its numbers may match what. */
interface Found {
  match: string;
  /** the owner's first number */
  base: SQL;
  /** in milliseconds, as numbers count them within an owner's; both within an owner's, the second not included */
  from: SQL;
  to: SQL;
}

/** Null where nothing can be found. */
async function prepare(viewer: Viewer, search: Search): Promise<Found | null> {
  const [known, terms] = await database().together([albumsAsked(viewer), termsAsked(search)]);
  return foundBy(viewer, search, known, terms);
}

async function prepareWithChoices(
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

// ── numbers, as migration 0013 makes them: whose a picture is, and when it was taken ────────────────────────────────

const numbersPerOwner = sql`281474976710656`;
const baseOf = (viewer: Viewer): SQL =>
  sql`(select (number & 32767) * ${numbersPerOwner} from search_owners where owner_id = ${viewer.id})`;
// Drivers give a number as a real one, by which the index would not go.
const inNumber = (ms: number | SQL): SQL =>
  sql`min(max(cast(${ms} as integer) + 10000000000000, 0), ${numbersPerOwner} - 1)`;
const start = sql`0`;

/** The chosen year or month, else all time. */
function chosenTime({ year, month }: Search): Pick<Found, "from" | "to"> {
  if (year === undefined) return { from: start, to: numbersPerOwner };
  const at = (monthIndex: number) => new Date(0).setUTCFullYear(year, monthIndex, 1);
  const [first, behind] = month === undefined ? [0, 12] : [month - 1, month];
  return { from: inNumber(at(first)), to: inNumber(at(behind)) };
}

/** What is counted as of this month: up to the next one that has pictures, as what shares a moment may have later numbers. */
function inSection(viewer: Viewer, startsAt: number, found: Found): Pick<Found, "from" | "to"> {
  const other = (which: SQL) =>
    sql`(select ${which} from ${months} where ${months.ownerId} = ${viewer.id} and ${months.startsAt}`;
  const from = sql`iif(exists ${other(sql`1`)} < ${startsAt}), ${inNumber(startsAt)}, 0)`;
  const to = sql`coalesce(${inNumber(sql`${other(sql`min(starts_at)`)} > ${startsAt})`)}, ${numbersPerOwner})`;
  return { from: sql`max(${found.from}, ${from})`, to: sql`min(${found.to}, ${to})` };
}

const isFound = ({ match, base, from, to }: Found): SQL =>
  sql`search_index match ${match} and rowid >= ${base} + ${from} and rowid < ${base} + ${to}`;

const direction = (order: TimelineOrder): SQL => sql.raw(order === "newest" ? "desc" : "asc");
const byNumber = (order: TimelineOrder): SQL => sql`${searchRows.number} ${direction(order)}`;

/** The index gives them in this order, and reads no more than these and what it leaves out before them. */
const numbersOf = (found: Found, order: TimelineOrder, limit: number, offset: number): SQL =>
  sql`(select rowid from search_index where ${isFound(found)} order by rowid ${direction(order)} limit ${limit} offset ${offset})`;

/** Whose they are is said once more: an owner's numbers are no promise. The plus has them looked up one by one. */
const isOneOf = (viewer: Viewer, numbers: SQL): SQL | undefined =>
  and(inArray(searchRows.number, numbers), sql`+${images.ownerId} = ${viewer.id}`, isReady);

const rowsAsked = (viewer: Viewer, found: Found, order: TimelineOrder, limit: number, offset: number) =>
  database()
    .orm.select(galleryColumns)
    .from(searchRows)
    .innerJoin(images, eq(images.id, searchRows.imageId))
    .where(isOneOf(viewer, numbersOf(found, order, limit, offset)))
    .orderBy(byNumber(order));

/** From behind the cursor, or, where its picture is gone, from behind where it was. */
function pageAsked(viewer: Viewer, found: Found, after: Cursor | null, limit: number) {
  if (after === null) return rowsAsked(viewer, found, "newest", limit + 1, 0);
  const behind = sql`coalesce((select number from ${searchRows} where image_id = ${after.id}) - ${found.base},
    ${inNumber(after.capturedAt)})`;
  return rowsAsked(viewer, { ...found, to: sql`min(${found.to}, ${behind})` }, "newest", limit + 1, 0);
}

/**
 * What is found is gone through once, up to so many, and each is of the last month that does not begin behind it. The month where
 * that ends is counted to its end. How much room the pictures of a month take, some of them say: exactly, where there are no more.
 */
function sectionsAsked(viewer: Viewer, found: Found, order: TimelineOrder) {
  const ofViewer = sql`from ${months} where owner_id = ${viewer.id}`;
  const at = sql`number - ${found.base} - 10000000000000`;
  const month = sql`coalesce((select max(starts_at) ${ofViewer} and starts_at <= ${at}), (select min(starts_at) ${ofViewer}))`;
  const behind = sql`(select min(starts_at) ${ofViewer} and starts_at > counted.month)`;
  const isLast = sql`total = ${maxCounted} and month = (select ${sql.raw(order === "newest" ? "min" : "max")}(month) from counted)`;
  const whole = {
    ...found,
    from: sql`max(${found.from}, iif(exists (select 1 ${ofViewer} and starts_at < month), ${inNumber(sql`month`)}, 0))`,
    to: sql`min(${found.to}, coalesce(${inNumber(behind)}, ${numbersPerOwner}))`,
  };
  return database()
    .orm.select({
      startsAt: sql<number>`month`,
      count: sql<number>`n`,
      ratios: sql<number>`cast(round(1.0 * n * ratios / sampled) as integer)`,
    })
    .from(sql`(
      with found as materialized (select rowid as number from search_index where ${isFound(found)}
          order by rowid ${direction(order)} limit ${maxCounted}),
        dated as materialized (select number, ${month} as month from found),
        counted as materialized (
          select month, count(*) as n, sum(count(*)) over () as total from dated group by month),
        sample as (select month, number, row_number() over (partition by month) as nth from dated),
        room as materialized (
          select month as of_month, ${ratiosOf.count} as sampled, ${ratiosOf.ratios} as ratios
          from sample cross join ${searchRows} on ${searchRows.number} = sample.number
            cross join ${images} on ${images.id} = ${searchRows.imageId}
          where nth <= ${sampled} group by month)
      select month, iif(${isLast}, (select count(*) from search_index where ${isFound(whole)}), n) as n, sampled, ratios
      from counted join room on of_month = month order by month ${direction(order)})`);
}
