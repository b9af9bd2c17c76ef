import "server-only";
import { eq, inArray, type SQL, sql } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { albums, changes, images, users } from "@/lib/db/schema";
import { media } from "@/lib/storage/locations";
import { giveFormerId } from "./former-id";
import type { Kind, Row } from "./records";
import { placeholderEmail } from "./unknown-accounts";

/** Whether it was changed here, and the journal was not told yet. */
export const isPending = (kind: Kind, id: SQL): SQL =>
  sql`exists (select 1 from ${changes} where ${changes.kind} = ${kind} and ${changes.id} = ${id})`;

/**
 * Two pictures of one owner with the same bytes, two albums of one name: where the journal brings the second, the first makes way.
 * What became of it follows in the journal.
 */
export function makeWay(kind: Kind, rows: Row[]) {
  const { orm } = database();
  if (kind === "image") {
    const others = sql`(select told.other from (${rivals(rows)}) as told)`;
    const trashed = { state: "trashed" as const, deletedAt: now() };
    return [orm.update(images).set(trashed).where(sql`${images.id} in ${others}`)];
  }
  if (kind === "album") return [renameRivals(rows, sql`not ${isToldToo(rows)}`)];
  return [];
}

/** The same for albums of which these rows tell themselves what became of them: to be done while nothing is noted. */
export function makeWayUnnoted(kind: Kind, rows: Row[]) {
  return kind === "album" ? [renameRivals(rows, isToldToo(rows))] : [];
}

function renameRivals(rows: Row[], which: SQL) {
  const here = rows.filter(({ deleted_at }) => (deleted_at ?? null) === null);
  const told = JSON.stringify(here.map(({ id, owner_id, name }) => [id, owner_id, name]));
  const rivals = sql`(select there.id from json_each(${told}) as j join ${albums} as there
    on there.owner_id = json_extract(j.value, '$[1]') and there.name = json_extract(j.value, '$[2]')
    where there.deleted_at is null and there.id <> json_extract(j.value, '$[0]')
    and not ${isPending("album", sql`json_extract(j.value, '$[0]')`)})`;
  const name = sql`${albums.name} || ' (' || substr(${albums.id}, -12) || ')'`;
  return database().orm.update(albums).set({ name }).where(sql`${albums.id} in ${rivals} and ${which}`);
}

const isToldToo = (rows: Row[]): SQL => {
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const isTold = sql`${albums.id} in (select j.value from json_each(${ids}) as j)`;
  return sql`(${isTold} and not ${isPending("album", sql`${albums.id}`)})`;
};

/** An address belongs to one account: one that was made anew here goes on as the former one, which has the pictures. */
export async function makeWayForUsers(rows: Row[]): Promise<void> {
  const { orm } = database();
  const emails = rows.map(({ email }) => String(email));
  const there = await orm
    .select({ id: users.id, email: users.email })
    .from(users)
    .where(inArray(users.email, emails));
  for (const { id, email } of there) {
    const told = rows.find((row) => row.email === email);
    if (told === undefined || told.id === id) continue;
    const [fresh] = await orm
      .select({ id: changes.id })
      .from(changes)
      .where(sql`${changes.kind} = 'user' and ${changes.id} = ${id}`);
    if (fresh !== undefined) await giveFormerId(id, String(told.id));
    else
      await orm
        .update(users)
        .set({ email: placeholderEmail(id) })
        .where(eq(users.id, id));
  }
}

/** Those for which others would make way, though they lie in the bucket no more, are left out. */
export async function withoutLost(rows: Row[]): Promise<Row[]> {
  const ids = await database()
    .orm.select({ id: sql<string>`told.id` })
    .from(sql`(${rivals(rows)}) as told`);
  const lost = new Set<string>();
  for (const { id } of ids) {
    const { original = "" } = (rows.find((row) => row.id === id)?.keys ?? {}) as { original?: string };
    const isHere = original.startsWith(`${media().location}/`);
    if (!isHere || !(await media().exists(media().nameOf(original)))) lost.add(id);
  }
  return rows.filter(({ id }) => !lost.has(String(id)));
}

/** Pictures of the same owner with the same bytes as one of these: the id of each, and as `other` that of the one that is there. */
function rivals(rows: Row[]): SQL {
  const ready = rows.filter(({ state }) => state === "ready");
  const told = JSON.stringify(ready.map(({ id, owner_id, sha256 }) => [id, owner_id, sha256]));
  return sql`select json_extract(j.value, '$[0]') as id, there.id as other from json_each(${told}) as j
    join ${images} as there
    on there.owner_id = json_extract(j.value, '$[1]') and there.sha256 = json_extract(j.value, '$[2]')
    where there.state = 'ready' and there.id <> json_extract(j.value, '$[0]')
    and not ${isPending("image", sql`json_extract(j.value, '$[0]')`)}`;
}
