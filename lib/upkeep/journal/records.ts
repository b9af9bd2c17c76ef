import "server-only";
import { asc, getTableColumns, inArray, sql } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { albumImages, albums, images, users } from "@/lib/db/schema";

/** What the journal tells of, in the order in which one needs the other. */
export const kinds = ["user", "image", "album", "member"] as const;
export type Kind = (typeof kinds)[number];

/** One thing as it was when it was told; `row` is null where it is gone. */
export interface Record {
  kind: Kind;
  id: string;
  row: Row | null;
}

/** A row's columns by their names in the database; what is JSON there is so here too. */
export type Row = { [column: string]: unknown };

/** Of a picture in an album, which has no id of its own. */
export const memberId = sql<string>`${albumImages.albumId} || '/' || ${albumImages.imageId}`;

/** What of an account is told: never how one signs in to it. */
export const userColumns = {
  id: users.id,
  name: users.name,
  email: users.email,
  role: users.role,
  createdAt: users.createdAt,
};
/** What of it is the picture's is told with the picture. */
const memberColumns = {
  albumId: albumImages.albumId,
  imageId: albumImages.imageId,
  position: albumImages.position,
};

export const columnsOf = {
  user: userColumns,
  image: getTableColumns(images),
  album: getTableColumns(albums),
  member: memberColumns,
} as const;

/** These things as they are now, in this order. */
export async function readRecords(kind: Kind, ids: string[]): Promise<Record[]> {
  const found = new Map((await select(kind, ids)).map((record) => [record.id, record]));
  return ids.map((id) => found.get(id) ?? { kind, id, row: null });
}

/** All of a kind behind this id, in the order of their ids, so many at most. */
export async function listRecords(kind: Kind, after: string, limit: number): Promise<Record[]> {
  const { orm } = database();
  switch (kind) {
    case "user": {
      const rows = orm.select(userColumns).from(users).where(sql`${users.id} > ${after}`);
      return (await rows.orderBy(asc(users.id)).limit(limit)).map((row) => recordOf(kind, row.id, row));
    }
    case "image": {
      const rows = orm.select().from(images).where(sql`${images.id} > ${after}`);
      return (await rows.orderBy(asc(images.id)).limit(limit)).map((row) => recordOf(kind, row.id, row));
    }
    case "album": {
      const rows = orm.select().from(albums).where(sql`${albums.id} > ${after}`);
      return (await rows.orderBy(asc(albums.id)).limit(limit)).map((row) => recordOf(kind, row.id, row));
    }
    case "member": {
      const [album = "", image = ""] = after.split("/");
      const rows = orm
        .select(memberColumns)
        .from(albumImages)
        .where(sql`(${albumImages.albumId}, ${albumImages.imageId}) > (${album}, ${image})`)
        .orderBy(asc(albumImages.albumId), asc(albumImages.imageId));
      return (await rows.limit(limit)).map((row) => recordOf(kind, `${row.albumId}/${row.imageId}`, row));
    }
  }
}

async function select(kind: Kind, ids: string[]): Promise<Record[]> {
  const { orm } = database();
  switch (kind) {
    case "user": {
      const rows = await orm.select(userColumns).from(users).where(inArray(users.id, ids));
      return rows.map((row) => recordOf(kind, row.id, row));
    }
    case "image": {
      const rows = await orm.select().from(images).where(inArray(images.id, ids));
      return rows.map((row) => recordOf(kind, row.id, row));
    }
    case "album": {
      const rows = await orm.select().from(albums).where(inArray(albums.id, ids));
      return rows.map((row) => recordOf(kind, row.id, row));
    }
    case "member": {
      const pairs = ids.map((id) => {
        const [album, image] = id.split("/");
        return sql`(${album}, ${image})`;
      });
      const rows = await orm
        .select(memberColumns)
        .from(albumImages)
        .where(sql`(${albumImages.albumId}, ${albumImages.imageId}) in (values ${sql.join(pairs, sql`, `)})`);
      return rows.map((row) => recordOf(kind, `${row.albumId}/${row.imageId}`, row));
    }
  }
}

function recordOf(kind: Kind, id: string, row: { [name: string]: unknown }): Record {
  const columns = Object.entries(columnsOf[kind]);
  const told = columns.map(([name, { name: column }]) => [column, plain(row[name])]);
  return { kind, id, row: Object.fromEntries(told) };
}

const plain = (value: unknown): unknown => (value instanceof Date ? value.getTime() : (value ?? null));
