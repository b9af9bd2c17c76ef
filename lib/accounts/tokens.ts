import "server-only";
import { createHash, randomBytes } from "node:crypto";
import { and, desc, eq, isNull, lt, or, sql } from "drizzle-orm";
import { z } from "zod";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { insertWhere } from "@/lib/db/insert-where";
import { tokens, users } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { networkOf } from "./address";
import type { Caller } from "./caller";
import { countUse, type RateLimit } from "./rate-limit";
import type { Viewer } from "./viewer";

/** What a token may let a program do with its owner's pictures. */
export const tokenScopes = ["upload", "read", "delete"] as const;
export type TokenScope = (typeof tokenScopes)[number];
/** null: it never ends */
const lifetimesInDays = [30, 90, 365, null] as const;

export const newTokenShape = z.object({
  name: z
    .string()
    .trim()
    .min(1, "Name the token after what will use it.")
    .max(100, "Keep the name under 100 characters."),
  scopes: z.array(z.enum(tokenScopes)).min(1, "Choose what the token may do."),
  lifetimeDays: z.literal(lifetimesInDays),
});
export const tokenIdShape = z.uuid();

/** A token as its owner sees it: all but the secret. */
export type Token = Omit<typeof tokens.$inferSelect, "userId" | "hash">;

/** Secret scanners know a token by it. */
const secretPrefix = "pail_";
const maxTokens = 50;
const dayMs = 24 * 60 * 60 * 1000;
const usedPrecisionMs = 60_000;
const usesPerToken: RateLimit = { max: 600, windowSeconds: 60 };
const failuresPerAddress: RateLimit = { max: 60, windowSeconds: 10 * 60 };

/** Makes a token and returns its secret, which nobody can be told again. Throws AppError `too_many_tokens`. */
export async function createToken(
  viewer: Viewer,
  { name, scopes, lifetimeDays }: z.infer<typeof newTokenShape>,
): Promise<string> {
  const secret = secretPrefix + randomBytes(32).toString("base64url");
  const createdAt = now();
  const row = {
    id: newId(),
    userId: viewer.id,
    name,
    hash: hashOf(secret),
    scopes: [...new Set(scopes)],
    createdAt,
    expiresAt: lifetimeDays === null ? null : new Date(createdAt.getTime() + lifetimeDays * dayMs),
    lastUsedAt: null,
  };
  const hasRoom = sql`(select count(*) from ${tokens} where ${tokens.userId} = ${viewer.id}) < ${maxTokens}`;
  const inserted = await insertWhere(database(), tokens, row, hasRoom).returning({ id: tokens.id });
  if (inserted.length === 0)
    throw new AppError("too_many_tokens", `You have ${maxTokens} tokens. Revoke one that nothing uses.`, {
      values: { max: maxTokens },
    });
  return secret;
}

/** The viewer's tokens, the newest first; also those that have expired. */
export function listTokens(viewer: Viewer): Promise<Token[]> {
  return database()
    .orm.select({
      id: tokens.id,
      name: tokens.name,
      scopes: tokens.scopes,
      createdAt: tokens.createdAt,
      expiresAt: tokens.expiresAt,
      lastUsedAt: tokens.lastUsedAt,
    })
    .from(tokens)
    .where(eq(tokens.userId, viewer.id))
    .orderBy(desc(tokens.id));
}

/** Ends a token at once. Throws AppError `not_found`, also for one of someone else. */
export async function revokeToken(viewer: Viewer, id: string): Promise<void> {
  const rows = await database()
    .orm.delete(tokens)
    .where(and(eq(tokens.id, id), eq(tokens.userId, viewer.id)))
    .returning({ id: tokens.id });
  if (rows.length === 0)
    throw new AppError("not_found", "There is no such token. It may be revoked already.", {
      values: { what: "token" },
    });
}

/**
 * The owner of the token with this secret. Throws AppError `unauthenticated` where it was never made, is revoked or has
 * expired, `forbidden` where it lacks the scope, and `rate_limited`.
 */
export async function requireTokenOwner(secret: string, scope: TokenScope, caller: Caller): Promise<Viewer> {
  const [found] = await database()
    .orm.select({
      viewer: { id: users.id, name: users.name, email: users.email, role: users.role },
      token: {
        id: tokens.id,
        scopes: tokens.scopes,
        expiresAt: tokens.expiresAt,
        lastUsedAt: tokens.lastUsedAt,
      },
    })
    .from(tokens)
    .innerJoin(users, eq(users.id, tokens.userId))
    .where(eq(tokens.hash, hashOf(secret)));
  if (found === undefined || (found.token.expiresAt !== null && found.token.expiresAt <= now())) {
    await countUse(`token:address:${networkOf(caller.address)}`, failuresPerAddress);
    throw new AppError("unauthenticated", "Send a token that is valid: make one under Settings.");
  }
  await countUse(`token:${found.token.id}`, usesPerToken);
  if (!found.token.scopes.includes(scope)) {
    throw new AppError(
      "forbidden",
      `This token lacks the scope “${scope}”. Make one that has it under Settings.`,
    );
  }
  await rememberUse(found.token);
  return found.viewer;
}

async function rememberUse({ id, lastUsedAt }: Pick<Token, "id" | "lastUsedAt">): Promise<void> {
  const longAgo = new Date(now().getTime() - usedPrecisionMs);
  if (lastUsedAt !== null && lastUsedAt >= longAgo) return;
  await database()
    .orm.update(tokens)
    .set({ lastUsedAt: now() })
    .where(and(eq(tokens.id, id), or(isNull(tokens.lastUsedAt), lt(tokens.lastUsedAt, longAgo))));
}

const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("base64");
