import "server-only";
import { eq, inArray, type SQL } from "drizzle-orm";
import { sessions } from "@/lib/db/schema";
import { isStoredToken, storedToken } from "@/lib/db/session-tokens";
import { env } from "@/lib/env";

/** The `__Host-` prefix makes browsers insist on https, on this host alone and on the whole site. */
export const sessionCookieName = (): string => (env().secureCookies ? "__Host-pail" : "pail");

/** For queries: the session with this token, also one that an older Pail beside this one has kept as it was. */
export const hasToken = (token: string): SQL =>
  isStoredToken(token)
    ? eq(sessions.token, storedToken(token))
    : inArray(sessions.token, [storedToken(token), token]);
