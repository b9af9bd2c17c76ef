import "server-only";
import { APIError } from "better-auth/api";
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { auth } from "./auth";
import { countUse, forgiveUse, type RateLimit } from "./rate-limit";

export const credentialsShape = z.object({
  email: z.string().trim().toLowerCase().max(254),
  password: z.string().max(1000),
});

/** Who asks, as far as the connection tells. */
export interface Caller {
  address: string;
  userAgent: string;
}

const perAccount: RateLimit = { max: 10, windowSeconds: 10 * 60 };
const perAddress: RateLimit = { max: 30, windowSeconds: 10 * 60 };

/**
 * Checks the password and opens a session; returns its token. Throws AppError `wrong_credentials` (the same for an unknown
 * address and a wrong password) or `rate_limited`. Only failures count: for an account, wherever they come from, and for
 * an address, whichever account it tries.
 */
export async function signIn(credentials: z.infer<typeof credentialsShape>, caller: Caller): Promise<string> {
  const accountKey = `sign-in:account:${credentials.email}`;
  const addressKey = `sign-in:address:${caller.address}`;
  await countUse(addressKey, perAddress);
  await countUse(accountKey, perAccount);
  const token = await openSession(credentials, caller);
  await forgiveUse(addressKey, perAddress);
  await forgiveUse(accountKey, perAccount);
  return token;
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
  const { internalAdapter } = await auth().$context;
  await internalAdapter.deleteSession(token);
}
