import "server-only";
import { APIError } from "better-auth/api";
import { z } from "zod";
import { database } from "@/lib/db/client";
import { sessions } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { networkOf } from "./address";
import { auth } from "./auth";
import type { Caller } from "./caller";
import { findKnownPlace } from "./known-places";
import { countUse, forgiveUse, type RateLimit } from "./rate-limit";
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
  const limits = await limitsOf(credentials.email, caller);
  for (const [key, limit] of limits) await countUse(key, limit);
  const token = await openSession(credentials, caller);
  for (const [key, limit] of limits) await forgiveUse(key, limit);
  return token;
}

async function limitsOf(email: string, caller: Caller): Promise<[key: string, limit: RateLimit][]> {
  const ofAddress = [`sign-in:address:${networkOf(caller.address)}`, perAddress] as const;
  const known = await findKnownPlace(email, caller);
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
