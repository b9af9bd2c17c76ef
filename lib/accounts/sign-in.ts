import "server-only";
import { APIError } from "better-auth/api";
import { and, eq, getTableColumns } from "drizzle-orm";
import { z } from "zod";
import { atLeastOne, database } from "@/lib/db/client";
import { accounts, sessions, users } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { networkOf } from "./address";
import { auth, type Login, withLogin } from "./auth";
import type { Caller } from "./caller";
import { type KnownPlace, knownPlaceAmong, placesAsked } from "./known-places";
import { counting, forgiving, isWithin, type RateLimit, refuseOveruse } from "./rate-limit";
import { hasToken } from "./session-tokens";

export const credentialsShape = z.object({
  email: z.string().trim().toLowerCase().max(254),
  password: z.string().max(1000),
});

const perAccount: RateLimit = { max: 10, windowSeconds: 10 * 60 };
const perAddress: RateLimit = { max: 30, windowSeconds: 10 * 60 };

/**
 * Checks the password and opens a session; returns its token. Throws AppError `wrong_credentials` (the same for an unknown
 * address and a wrong password) or `rate_limited`. Only failures count: for an account, wherever they come from, and for
 * an address, whichever account it tries. Where somebody has signed in to the account before, only failures there count, so
 * that strangers cannot lock its owner out: see "Guessing" in README.md.
 */
export async function signIn(credentials: z.infer<typeof credentialsShape>, caller: Caller): Promise<string> {
  const { known, login } = await recall(credentials.email, caller);
  const limits = limitsOf(credentials.email, caller, known);
  // What is refused for its address does not count against the account.
  const counts = limits.map(([key, limit], index) =>
    counting(key, limit, and(...limits.slice(0, index).map(([before, its]) => isWithin(before, its)))),
  );
  const uses = await database().atomic(atLeastOne(counts));
  for (const [index, [, limit]] of limits.entries()) refuseOveruse(uses[index] ?? [], limit);
  const alongside = limits.map(([key, limit]) => forgiving(key, limit));
  return withLogin({ login, alongside }, () => openSession(credentials, caller));
}

/** All that is known before the password is looked at. */
async function recall(
  email: string,
  caller: Caller,
): Promise<{ known: KnownPlace | null; login: Login | null }> {
  const db = database();
  const [places, [user], ofUser] = await db.together([
    placesAsked(email, caller),
    db.orm.select().from(users).where(eq(users.email, email)),
    db.orm
      .select(getTableColumns(accounts))
      .from(accounts)
      .innerJoin(users, eq(users.id, accounts.userId))
      .where(eq(users.email, email)),
  ]);
  const login = user === undefined ? null : { ...user, account: ofUser };
  return { known: knownPlaceAmong(places, caller), login };
}

type Limits = [key: string, limit: RateLimit][];

function limitsOf(email: string, caller: Caller, known: KnownPlace | null): Limits {
  const ofAddress = [`sign-in:address:${networkOf(caller.address)}`, perAddress] as const;
  if (known === null) return [[...ofAddress], [`sign-in:account:${email}`, perAccount]];
  const ofPlace = [`sign-in:account:${known.userId}:${known.place}`, perAccount] as const;
  return known.isBrowser ? [[...ofPlace]] : [[...ofAddress], [...ofPlace]];
}

async function openSession(body: z.infer<typeof credentialsShape>, caller: Caller): Promise<string> {
  try {
    const headers = new Headers({ "user-agent": caller.userAgent, "x-forwarded-for": caller.address });
    return (await auth().api.signInEmail({ body, headers })).token;
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    throw new AppError("wrong_credentials");
  }
}

/** Ends the session with this token. */
export async function signOut(token: string): Promise<void> {
  await database().orm.delete(sessions).where(hasToken(token));
}
