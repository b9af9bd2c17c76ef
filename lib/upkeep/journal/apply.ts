import "server-only";
import { eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { albumImages, albums, changes, images, journalParts, users } from "@/lib/db/schema";
import { isPending, makeWay, makeWayForUsers, makeWayUnnoted, withoutLost } from "./make-way";
import { listParts, newsAmong, type Part, readObject, type Span } from "./parts";
import { columnsOf, type Kind, kinds, memberId, type Record, type Row } from "./records";
import { makeAccounts } from "./unknown-accounts";

const recordsAtOnce = 500;

export interface JournalApplied {
  /** things of which the journal told something new */
  told: number;
  /** objects of the journal that cannot be read */
  damaged: string[];
  /** ids of what cannot be as the journal tells it */
  skipped: string[];
}

interface ApplyOptions {
  /** the object behind which it goes on, and what is to be called behind each */
  position?: string;
  onObject?(name: string): Promise<void>;
}

/**
 * Takes over what the journal tells and this database does not know, the newest last. From the first news on all is taken over again,
 * also what this database has told itself, so that the newest wins; what was changed since the journal was written stays.
 */
export async function applyNews({ position = "", onObject }: ApplyOptions = {}): Promise<JournalApplied> {
  const applied: JournalApplied = { told: 0, damaged: [], skipped: [] };
  const { parts } = await listParts();
  const news = await newsAmong(parts);
  const first = parts.findIndex(({ name }) => news.has(name));
  for (const part of first === -1 ? [] : parts.slice(first)) {
    for (const object of part.objects) {
      if (object <= position) continue;
      await applyObject(object, applied);
      await onObject?.(object);
    }
    await noteKnown(part);
  }
  return applied;
}

async function noteKnown({ name }: Part): Promise<void> {
  await database().orm.insert(journalParts).values({ name }).onConflictDoNothing();
}

async function applyObject(name: string, applied: JournalApplied): Promise<void> {
  const read = await readObject(name);
  if (read === null) {
    applied.damaged.push(name);
    return;
  }
  const { records, span } = read;
  if (span !== null) await deleteBetween(span, records);
  for (const kind of kinds) {
    const ofKind = records.filter((record) => record.kind === kind);
    for (let start = 0; start < ofKind.length; start += recordsAtOnce)
      await applyAll(kind, ofKind.slice(start, start + recordsAtOnce), applied);
    applied.told += ofKind.length;
  }
}

/** All together, or, where one of them cannot be, one by one without it. */
async function applyAll(kind: Kind, records: Record[], applied: JournalApplied): Promise<void> {
  try {
    await apply(kind, records);
  } catch (error) {
    if (!isOfDatabase(error)) throw error;
    const [only] = records;
    if (records.length > 1) for (const record of records) await applyAll(kind, [record], applied);
    else if (only !== undefined) applied.skipped.push(only.id);
  }
}

/** A row that its table refuses, and no database that cannot be reached. */
const isOfDatabase = (error: unknown): boolean => {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (String((cause as { code?: unknown }).code).startsWith("SQLITE_CONSTRAINT")) return true;
  return false;
};

async function apply(kind: Kind, records: Record[]): Promise<void> {
  const told = records.flatMap(({ row }) => (row === null ? [] : [row]));
  const rows = (kind === "image" ? await withoutLost(told) : told).map(undoable);
  const gone = records.flatMap(({ id, row }) => (row === null ? [id] : []));
  if (kind === "user") await makeWayForUsers(rows);
  if (kind === "image" || kind === "album") await makeAccounts(rows.map(({ owner_id }) => String(owner_id)));
  const db = database();
  await db.atomic([
    // What makes way is a change of its own, so it comes before the notes are muted.
    ...makeWay(kind, rows),
    mute(),
    ...makeWayUnnoted(kind, rows),
    ...(rows.length > 0 ? [insert(kind, rows)] : []),
    ...(gone.length > 0 ? [remove(kind, gone)] : []),
    unmute(),
  ] as unknown as Parameters<typeof db.atomic>[0]);
}

/** Whoever brought it back in the last minute, of which nothing was told, can do so again. */
const undoable = (row: Row): Row =>
  (row.deleted_at ?? null) !== null && row.state !== "purging"
    ? { ...row, deleted_at: now().getTime() }
    : row;

/** What is taken over from the journal is no news to it. */
const mute = () => database().orm.insert(changes).values({ kind: "muted", id: "" }).onConflictDoNothing();
const unmute = () => database().orm.delete(changes).where(eq(changes.kind, "muted"));

const tables = { user: users, image: images, album: albums, member: albumImages } as const;

/** One statement for all: their values are one text of JSON. What was changed here since stays. */
function insert(kind: Kind, rows: Row[]) {
  const { orm } = database();
  const table = tables[kind];
  const columns = Object.entries(getTableColumns(table));
  const told = rows.map((row) => columns.map(([, column]) => toldValue(column, row)));
  const values = columns.map((_, index) => sql`json_extract(j.value, ${sql.raw(`'$[${index}]'`)})`);
  const at = (name: string) => values[columns.findIndex(([key]) => key === name)] ?? sql`null`;
  const id = kind === "member" ? sql`${at("albumId")} || '/' || ${at("imageId")}` : at("id");
  const both = sql` and ${exists(albums, at("albumId"))} and ${exists(images, at("imageId"))}`;
  const source = sql`select ${sql.join(values, sql`, `)} from json_each(${JSON.stringify(told)}) as j
    where not ${isPending(kind, id)}${kind === "member" ? both : sql``}`;
  const inserted = orm.insert(table).select(source);
  if (kind === "member")
    return inserted.onConflictDoUpdate({
      target: [albumImages.albumId, albumImages.imageId],
      set: { position: sql.raw(`excluded."${albumImages.position.name}"`) },
    });
  const toldNames = new Set(Object.keys(columnsOf[kind]));
  const set = columns.filter(([name]) => toldNames.has(name) && name !== "id" && name !== "createdAt");
  return inserted.onConflictDoUpdate({
    target: (table as typeof images).id,
    set: Object.fromEntries(set.map(([name, column]) => [name, sql.raw(`excluded."${column.name}"`)])),
  });
}

const exists = (table: typeof albums | typeof images, id: SQL): SQL =>
  sql`exists (select 1 from ${table} as there where there.id = ${id})`;

/** As the driver takes it. What an older Pail did not tell is as the schema has it. */
function toldValue(column: SQLiteColumn, row: Row): unknown {
  const value = row[column.name] ?? toldOtherwise(column, row);
  return column.dataType === "json" && value !== null ? JSON.stringify(value) : value;
}

function toldOtherwise(column: SQLiteColumn, row: Row): unknown {
  if (column.table === (users as unknown)) {
    if (column.name === users.emailVerified.name) return true;
    if (column.name === users.updatedAt.name) return row[users.createdAt.name] ?? null;
  }
  return column.default ?? null;
}

function remove(kind: Kind, ids: string[]) {
  const { orm } = database();
  const told = sql`(select j.value from json_each(${JSON.stringify(ids)}) as j)`;
  const idOf = idOfKind[kind];
  const where = sql`${idOf} in ${told} and not ${isPending(kind, idOf)}`;
  // An account's pictures go with it.
  if (kind === "user") {
    const owns = sql`exists (select 1 from ${images} as there where there.owner_id = ${users.id})`;
    return orm.delete(users).where(sql`${where} and not ${owns}`);
  }
  return orm.delete(tables[kind]).where(where);
}

const idOfKind = {
  user: sql`${users.id}`,
  image: sql`${images.id}`,
  album: sql`${albums.id}`,
  member: memberId,
} as const;

/** What a whole part does not tell was gone when it was written. Of pictures the bucket itself tells it. */
async function deleteBetween({ kind, after, upTo }: Span, records: Record[]): Promise<void> {
  if (kind !== "album" && kind !== "member") return;
  const db = database();
  const ids = JSON.stringify(records.map(({ id }) => id));
  const id = idOfKind[kind];
  const isWithin = upTo === null ? sql`${id} > ${after}` : sql`${id} > ${after} and ${id} <= ${upTo}`;
  const where = sql`${isWithin} and ${id} not in (select j.value from json_each(${ids}) as j)
    and not ${isPending(kind, id)}`;
  await db.atomic([mute(), db.orm.delete(tables[kind]).where(where), unmute()]);
}
