import "server-only";
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images, months, searchOwners, searchRows } from "@/lib/db/schema";
import type { Cursor, TimelineOrder } from "./contract";
import { galleryColumns, isReady } from "./gallery";
import type { Search } from "./search-shape";
import { ratiosOf, sizeColumns } from "./timeline";

/** Of what is found, months are counted until they have so many pictures: see “Search” in README.md. */
export const maxCounted = 20_000;
/** A month of more pictures says how much room they take by so many of them. */
const sampled = 20;

/** A search as the index takes it: which of its numbers may match what. */
export interface Found {
  match: string;
  /** the owner's first number */
  base: SQL;
  /** behind that, in milliseconds; the second is not included */
  from: SQL;
  to: SQL;
}

// ── numbers, as migration 0013 makes them: whose a picture is, and when it was taken ────────────────────────────────

export const numbersPerOwner = sql`281474976710656`;
export const baseOf = (viewer: Viewer): SQL =>
  sql`(select (number & 32767) * ${numbersPerOwner} from ${searchOwners} where owner_id = ${viewer.id})`;
// Drivers give a number as a real one, by which the index would not go.
const inNumber = (ms: number | SQL): SQL =>
  sql`min(max(cast(${ms} as integer) + 10000000000000, 0), ${numbersPerOwner} - 1)`;
const start = sql`0`;

/** The chosen year or month, else all time. */
export function chosenTime({ year, month }: Search): Pick<Found, "from" | "to"> {
  if (year === undefined) return { from: start, to: numbersPerOwner };
  const at = (monthIndex: number) => new Date(0).setUTCFullYear(year, monthIndex, 1);
  const [first, behind] = month === undefined ? [0, 12] : [month - 1, month];
  return { from: inNumber(at(first)), to: inNumber(at(behind)) };
}

/** What is counted as of this month: up to the next one that has pictures, as what shares a moment may have later numbers. */
export function ofSection(viewer: Viewer, startsAt: number, found: Found): Found {
  const other = (which: SQL) =>
    sql`(select ${which} from ${months} where ${months.ownerId} = ${viewer.id} and ${months.startsAt}`;
  const from = sql`iif(exists ${other(sql`1`)} < ${startsAt}), ${inNumber(startsAt)}, 0)`;
  const to = sql`coalesce(${inNumber(sql`${other(sql`min(starts_at)`)} > ${startsAt})`)}, ${numbersPerOwner})`;
  return { ...found, from: sql`max(${found.from}, ${from})`, to: sql`min(${found.to}, ${to})` };
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

export const rowsAsked = (
  viewer: Viewer,
  found: Found,
  order: TimelineOrder,
  limit: number,
  offset: number,
) =>
  database()
    .orm.select(galleryColumns)
    .from(searchRows)
    .innerJoin(images, eq(images.id, searchRows.imageId))
    .where(isOneOf(viewer, numbersOf(found, order, limit, offset)))
    .orderBy(byNumber(order));

export const sizesAsked = (
  viewer: Viewer,
  found: Found,
  order: TimelineOrder,
  limit: number,
  offset: number,
) =>
  database()
    .orm.select(sizeColumns)
    .from(searchRows)
    .innerJoin(images, eq(images.id, searchRows.imageId))
    .where(isOneOf(viewer, numbersOf(found, order, limit, offset)))
    .orderBy(byNumber(order));

/** @param most null: to the end */
export function countAsked(found: Found, most: number | null) {
  const limit = most === null ? sql`` : sql`limit ${most}`;
  return database()
    .orm.select({ count: sql<number>`count(*)` })
    .from(sql`(select 1 from search_index where ${isFound(found)} ${limit})`);
}

/** From behind the cursor, or, where its picture is gone, from behind where it was. */
export function pageAsked(
  viewer: Viewer,
  found: Found,
  after: Cursor | null,
  order: TimelineOrder,
  limit: number,
) {
  if (after === null) return rowsAsked(viewer, found, order, limit + 1, 0);
  const place = sql`coalesce((select number from ${searchRows}
    where image_id = ${after.id} and owner_id = ${viewer.id}) - ${found.base},
    ${inNumber(after.capturedAt)})`;
  const behind =
    order === "newest"
      ? { ...found, to: sql`min(${found.to}, ${place})` }
      : { ...found, from: sql`max(${found.from}, ${place} + 1)` };
  return rowsAsked(viewer, behind, order, limit + 1, 0);
}

/**
 * What is found is gone through once, up to so many, and each is of the last month that does not begin behind it. The month where
 * that ends is counted to its end. How much room the pictures of a month take, some of them say: exactly, where there are no more.
 */
export function sectionsAsked(viewer: Viewer, found: Found, order: TimelineOrder) {
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
