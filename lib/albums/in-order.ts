import "server-only";
import { and, eq, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { albumImages, albums, images } from "@/lib/db/schema";
import type { Cursor } from "@/lib/images/contract";
import { galleryColumns, isReady } from "@/lib/images/gallery";
import type { AlbumSorting } from "./contract";
import { isOwn } from "./own";

/** Those of an album's pictures that are shown. Written out, not bound: SQLite uses a partial index only where it sees the condition. */
export const isShown = (id: string | SQLWrapper, condition?: SQL): SQL | undefined =>
  and(eq(albumImages.albumId, id), sql`${albumImages.capturedAt} is not null`, condition);

interface Scan {
  columns: SQL[];
  direction: "asc" | "desc";
  /** which orders it gives from their beginning, and which from their end */
  ahead: AlbumSorting | null;
  back: AlbumSorting | null;
}

const { capturedAt, capturedOrder, imageId, position, title } = albumImages;
const byDate = [sql`${capturedAt}`, sql`${capturedOrder}`, sql`${imageId}`];
const byName = [sql`${title} collate nocase`, sql`${imageId}`];
const byHand = [sql`${position}`, sql`${imageId}`];

const newestFirst: Scan = { columns: byDate, direction: "desc", ahead: "newest", back: "oldest" };
const oldestFirst: Scan = { columns: byDate, direction: "asc", ahead: "oldest", back: "newest" };
/** One for each way through an index. */
const scans: Scan[] = [
  newestFirst,
  oldestFirst,
  { columns: byName, direction: "asc", ahead: "name", back: null },
  { columns: byName, direction: "desc", ahead: null, back: "name" },
  { columns: byHand, direction: "asc", ahead: "hand", back: null },
  { columns: byHand, direction: "desc", ahead: null, back: "hand" },
];

const orderBy = ({ columns, direction }: Scan): SQL =>
  sql`order by ${sql.join(
    columns.map((column) => sql`${column} ${sql.raw(direction)}`),
    sql`, `,
  )}`;

const scanning = (id: string, scan: Scan, condition: SQL | undefined): SQL =>
  sql`select ${imageId}, ${scan.columns === byHand ? position : sql`null`} as place from ${albumImages}
    where ${isShown(id, condition)} ${orderBy(scan)}`;

/** The id of an album's newest picture. */
export const newestOf = (id: SQLWrapper): SQL =>
  sql`(select ${imageId} from ${albumImages} where ${isShown(id)} ${orderBy(newestFirst)} limit 1)`;

/** `own`: how the viewer's album is sorted. */
const ownSorting = (viewer: Viewer, id: string): SQL =>
  sql`own as materialized (select ${albums.sorting} as sorting from ${albums} where ${isOwn(viewer, id)})`;

/**
 * `chosen`: some of the viewer's album in the album's order, whichever that is, so that nobody has to ask for the album before: of the
 * scans all but one have the limit 0. Where more than half is to be left out, it goes from the other end. To be put in order by `orderOf`.
 */
export function chosenAt(
  viewer: Viewer,
  id: string,
  { condition, offset, limit }: { condition?: SQL | undefined; offset: number; limit: number },
): SQL {
  const count = sql`(select count(*) from ${albumImages} where ${isShown(id, condition)})`;
  // What is near the beginning needs no count.
  const isNear = offset < 1000;
  const part = isNear
    ? sql`select sorting, ${limit} as ahead, 0 as back, 0 as behind from own`
    : sql`select sorting, iif(${offset} * 2 <= count, ${limit}, 0) as ahead,
        iif(${offset} * 2 > count, max(min(${limit}, count - ${offset}), 0), 0) as back,
        max(count - ${offset} - ${limit}, 0) as behind
      from (select sorting, ${count} as count from own)`;
  const parts = scans
    .filter(({ ahead }) => !isNear || ahead !== null)
    .map((scan) => {
      const { ahead, back } = scan;
      const most = sql`select case sorting when ${ahead} then ahead when ${back} then back else 0 end from part`;
      const skipped = sql`select iif(sorting is ${ahead}, ${offset}, behind) from part`;
      return sql`select * from (${scanning(id, scan, condition)} limit coalesce((${most}), 0) offset coalesce((${skipped}), 0))`;
    });
  return sql`(with ${ownSorting(viewer, id)},
      part as materialized (${part})
    ${sql.join(parts, sql` union all `)}) as chosen`;
}

/**
 * `chosen`: what stands behind a picture in the viewer's album, in the album's order. Where the picture was taken out meanwhile, of an
 * order that is not by date it is the beginning: what comes again is better than what never comes.
 */
export function chosenBehind(viewer: Viewer, id: string, after: Cursor, limit: number): SQL {
  const member = sql`from ${albumImages} join ${images} on ${eq(images.id, imageId)}
    where ${eq(albumImages.albumId, id)} and ${eq(imageId, after.id)}`;
  const places = new Map([
    [byDate, sql`select ${after.capturedAt}, ${after.capturedOrder}, ${after.id}`],
    [byName, sql`select ${images.title}, ${images.id} ${member} union all select '', '' limit 1`],
    [byHand, sql`select +${position}, +${imageId} ${member} union all select -9e999, '' limit 1`],
  ]);
  const parts = scans
    .filter(({ ahead }) => ahead !== null)
    .map((scan) => {
      const { columns, direction, ahead } = scan;
      const most = sql`select iif(sorting = ${ahead}, ${limit}, 0) from own`;
      const isBehind = sql`(${sql.join(columns, sql`, `)}) ${sql.raw(direction === "asc" ? ">" : "<")} (${places.get(columns)})`;
      // Of a row value with a collation SQLite makes no bound of the index.
      const bound =
        columns === byName
          ? sql`${title} collate nocase >= (select ${images.title} ${member} union all select '' limit 1)`
          : undefined;
      return sql`select * from (${scanning(id, scan, and(bound, isBehind))} limit coalesce((${most}), 0))`;
    });
  return sql`(with ${ownSorting(viewer, id)}
    ${sql.join(parts, sql` union all `)}) as chosen`;
}

/** `chosen`: the newest of an album's pictures, whatever its order, from behind the cursor. */
export function chosenNewest(id: string, after: Cursor | null, limit: number): SQL {
  const isBehind =
    after === null
      ? undefined
      : isBeside("<", sql`(${after.capturedAt}, ${after.capturedOrder}, ${after.id})`);
  return sql`(${scanning(id, newestFirst, isBehind)} limit ${limit}) as chosen`;
}

/** The ids of the pictures beside one of the viewer's pictures in an album, by date. */
export function besideAsked(viewer: Viewer, id: string, ofId: string): SQL {
  const here = sql`(select +${images.capturedAt}, +${images.capturedOrder}, +${images.id} from ${images}
    where ${and(eq(images.id, ofId), eq(images.ownerId, viewer.id), isReady)})`;
  const nearest = (scan: Scan, side: "<" | ">") =>
    sql`select * from (select image_id from (${scanning(id, scan, isBeside(side, here))} limit 1))`;
  return sql`(${nearest(newestFirst, "<")} union all ${nearest(oldestFirst, ">")})`;
}

const isBeside = (side: "<" | ">", place: SQL): SQL =>
  sql`(${sql.join(byDate, sql`, `)}) ${sql.raw(side)} ${place}`;

/** What is `chosen`, in the album's order. */
export const picturesOf = (viewer: Viewer, id: string, chosen: SQL) =>
  database()
    .orm.select(galleryColumns)
    .from(chosen)
    .innerJoin(images, isChosen(viewer))
    .orderBy(...orderOf(id));

/** What is chosen joined with its pictures: whose they are is said once more. */
export const isChosen = (viewer: Viewer): SQL | undefined =>
  and(eq(images.id, sql`chosen.image_id`), sql`+${images.ownerId} = ${viewer.id}`, isReady);

/** One order for each way of sorting: of the others each is null throughout. */
export function orderOf(id: string): SQL[] {
  const where = (sorting: AlbumSorting, column: unknown) =>
    sql`iif((select ${albums.sorting} from ${albums} where ${albums.id} = ${id}) = ${sorting}, ${column}, null)`;
  return [
    sql`chosen.place`,
    sql`${where("name", images.title)} collate nocase`,
    ...[images.capturedAt, images.capturedOrder, images.id].map(
      (column) => sql`${where("newest", column)} desc`,
    ),
    ...[images.capturedAt, images.capturedOrder].map((column) => where("oldest", column)),
    sql`${images.id}`,
  ];
}
