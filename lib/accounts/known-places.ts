import "server-only";
import { createHash, randomBytes } from "node:crypto";
import { and, desc, eq, inArray, lt, notInArray } from "drizzle-orm";
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
  const browser = caller.browser === undefined ? null : browserPlace(caller.browser);
  const candidates = [browser, addressPlace(caller)].filter((place) => place !== null);
  if (candidates.length === 0) return null;
  const found = await database()
    .orm.select({ userId: knownPlaces.userId, place: knownPlaces.place })
    .from(knownPlaces)
    .innerJoin(users, eq(users.id, knownPlaces.userId))
    .where(and(eq(users.email, email), inArray(knownPlaces.place, candidates)));
  const [known] = found.sort((one, other) => candidates.indexOf(one.place) - candidates.indexOf(other.place));
  return known === undefined ? null : { ...known, isBrowser: known.place === browser };
}

/** To be called once somebody has signed in. Returns what the browser is to keep, another one each time. */
export async function rememberPlaces(email: string, caller: Caller): Promise<string> {
  const { orm } = database();
  const browser = randomBytes(24).toString("base64url");
  const [user] = await orm.select({ id: users.id }).from(users).where(eq(users.email, email));
  if (user === undefined) return browser;
  const ofUser = eq(knownPlaces.userId, user.id);
  if (caller.browser !== undefined)
    await orm.delete(knownPlaces).where(and(ofUser, eq(knownPlaces.place, browserPlace(caller.browser))));
  for (const place of [browserPlace(browser), addressPlace(caller)])
    if (place !== null) await remember(user.id, place);
  const newest = orm
    .select({ place: knownPlaces.place })
    .from(knownPlaces)
    .where(ofUser)
    .orderBy(desc(knownPlaces.lastUsedAt))
    .limit(maxPlaces);
  await orm.delete(knownPlaces).where(and(ofUser, notInArray(knownPlaces.place, newest)));
  return browser;
}

/** Deletes those where nobody has signed in for a year. */
export async function forgetOldPlaces(): Promise<void> {
  const aYearAgo = new Date(now().getTime() - memoryMs);
  await database().orm.delete(knownPlaces).where(lt(knownPlaces.lastUsedAt, aYearAgo));
}

async function remember(userId: string, place: string): Promise<void> {
  const row = { userId, place, lastUsedAt: now() };
  await database()
    .orm.insert(knownPlaces)
    .values(row)
    .onConflictDoUpdate({ target: [knownPlaces.userId, knownPlaces.place], set: row });
}

const browserPlace = (browser: string): string =>
  `browser:${createHash("sha256").update(browser).digest("base64")}`;

/** null: anyone could be there */
const addressPlace = ({ address }: Caller): string | null =>
  address === "unknown" ? null : `address:${networkOf(address)}`;
