import "server-only";
import { createHash } from "node:crypto";
import { eq, notLike } from "drizzle-orm";
import type { Database } from "./client";
import { sessions } from "./schema";

const prefix = "sha256:";

/**
 * What the database keeps of a session's token. As of API tokens: there is nothing to guess in it, and whoever reads the
 * database or a backup of it cannot sign in with what is there.
 */
export const storedToken = (token: string): string =>
  prefix + createHash("sha256").update(token).digest("base64");

/** Whether a text is what `storedToken` gives: such a one is never taken for a token. */
export const isStoredToken = (text: string): boolean => text.startsWith(prefix);

/** Hashes a token that an older Pail has kept as it was. */
export async function hashSessionToken(db: Database, token: string): Promise<void> {
  await db.orm
    .update(sessions)
    .set({ token: storedToken(token) })
    .where(eq(sessions.token, token));
}

/** The same for all of them. Running it again changes nothing. */
export async function hashSessionTokens(db: Database): Promise<void> {
  const old = await db.orm
    .select({ token: sessions.token })
    .from(sessions)
    .where(notLike(sessions.token, `${prefix}%`));
  for (const { token } of old) await hashSessionToken(db, token);
}
