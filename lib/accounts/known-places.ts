import "server-only";
import { createHash, randomBytes } from "node:crypto";
import { and, desc, eq, inArray, lt, notInArray, sql } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { knownPlaces, users } from "@/lib/db/schema";
import { networkOf } from "./address";
import type { Caller } from "./caller";

/** A browser, or a network, in which somebody has signed in to an account. */
export interface KnownPlace {
  userId: string;
  place: string;
  isBrowser: boolean;
}

const maxPlaces = 20;
const memoryMs = 365 * 24 * 60 * 60 * 1000;

/** Where the caller is, if somebody has signed in to this account from there before; the browser rather than the network. */
export async function findKnownPlace(email: string, caller: Caller): Promise<KnownPlace | null> {
  return knownPlaceAmong(await placesAsked(email, caller), caller);
}

/** The statement of `findKnownPlace`, for a batch; `knownPlaceAmong` takes what it returns. */
export function placesAsked(email: string, caller: Caller) {
  return database()
    .orm.select({ userId: knownPlaces.userId, place: knownPlaces.place })
    .from(knownPlaces)
    .innerJoin(users, eq(users.id, knownPlaces.userId))
    .where(and(eq(users.email, email), inArray(knownPlaces.place, placesOf(caller))));
}

export function knownPlaceAmong(
  found: Pick<KnownPlace, "userId" | "place">[],
  caller: Caller,
): KnownPlace | null {
  const candidates = placesOf(caller);
  const [known] = found.sort((one, other) => candidates.indexOf(one.place) - candidates.indexOf(other.place));
  return known === undefined ? null : { ...known, isBrowser: known.place.startsWith(browserPrefix) };
}

/** To be called once somebody has signed in. Returns what the browser is to keep, another one each time. */
export async function rememberPlaces(email: string, caller: Caller): Promise<string> {
  const db = database();
  const browser = randomBytes(24).toString("base64url");
  const user = db.orm.select({ id: users.id }).from(users).where(eq(users.email, email));
  const isOfUser = inArray(knownPlaces.userId, user);
  const newest = db.orm
    .select({ place: knownPlaces.place })
    .from(knownPlaces)
    .where(isOfUser)
    .orderBy(desc(knownPlaces.lastUsedAt))
    .limit(maxPlaces);
  const places = placesOf({ ...caller, browser });
  const before = caller.browser === undefined ? [] : [browserPlace(caller.browser)];
  await db.atomic([
    db.orm.delete(knownPlaces).where(and(isOfUser, inArray(knownPlaces.place, before))),
    ...places.map((place) => remembering(email, place)),
    db.orm.delete(knownPlaces).where(and(isOfUser, notInArray(knownPlaces.place, newest))),
  ]);
  return browser;
}

/** Deletes those where nobody has signed in for a year. */
export async function forgetOldPlaces(): Promise<void> {
  const aYearAgo = new Date(now().getTime() - memoryMs);
  await database().orm.delete(knownPlaces).where(lt(knownPlaces.lastUsedAt, aYearAgo));
}

function remembering(email: string, place: string) {
  const { orm } = database();
  const lastUsedAt = sql<Date>`${sql.param(now(), knownPlaces.lastUsedAt)}`;
  const row = { userId: users.id, place: sql<string>`${place}`.as("place"), lastUsedAt: lastUsedAt.as("at") };
  return orm
    .insert(knownPlaces)
    .select(orm.select(row).from(users).where(eq(users.email, email)))
    .onConflictDoUpdate({ target: [knownPlaces.userId, knownPlaces.place], set: { lastUsedAt } });
}

/** The browser first. */
function placesOf({ browser, ...caller }: Caller): string[] {
  const places = [browser === undefined ? null : browserPlace(browser), addressPlace(caller)];
  return places.filter((place) => place !== null);
}

const browserPrefix = "browser:";

const browserPlace = (browser: string): string =>
  browserPrefix + createHash("sha256").update(browser).digest("base64");

/** null: anyone could be there */
const addressPlace = ({ address }: Pick<Caller, "address">): string | null =>
  address === "unknown" ? null : `address:${networkOf(address)}`;
