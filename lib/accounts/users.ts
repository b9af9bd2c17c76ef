import "server-only";
import { createHmac, timingSafeEqual } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { insertWhere } from "@/lib/db/insert-where";
import { accounts, knownPlaces, sessions, tokens, users } from "@/lib/db/schema";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { hashPassword } from "./auth";
import { isCommonPassword } from "./common-passwords/common-passwords";
import { maxPasswordLength, minPasswordLength } from "./password-length";

export const newAccountShape = z.object({
  name: z.string().trim().min(1, "Enter your name.").max(100, "Keep the name under 100 characters."),
  email: z.email("Enter an email address, like you@example.org.").max(254).toLowerCase(),
  password: z
    .string()
    .min(minPasswordLength, `Choose a password of at least ${minPasswordLength} characters.`)
    .max(maxPasswordLength, `Keep the password under ${maxPasswordLength} characters.`)
    .refine((password) => !isCommonPassword(password), {
      error: "Many people use this password, so it is guessed first. Choose another one.",
      params: { issue: "common" },
    }),
});
export const setupShape = newAccountShape.extend({ token: z.string().max(200) });
export type NewAccount = z.infer<typeof newAccountShape>;

export async function hasUsers(): Promise<boolean> {
  const rows = await database().orm.select({ id: users.id }).from(users).limit(1);
  return rows.length > 0;
}

/**
 * The token of the one-time set-up link. It needs no storage: it follows from AUTH_SECRET, and works only while there is
 * no account.
 */
export function setupToken(): string {
  return createHmac("sha256", env().authSecret).update("pail: first account").digest("base64url");
}

/** The one-time set-up link; null once there is an account. */
export async function findSetupUrl(): Promise<string | null> {
  return (await hasUsers()) ? null : `${env().appOrigin}/setup?token=${setupToken()}`;
}

export function isSetupToken(token: string): boolean {
  const expected = Buffer.from(setupToken());
  const given = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/**
 * Makes the first account, an admin, for whoever has the set-up link. Throws AppError `forbidden` without it, and
 * `setup_done` where there is an account: of two at once, one wins.
 */
export async function createFirstAdmin({ token, ...account }: z.infer<typeof setupShape>): Promise<void> {
  if (!isSetupToken(token))
    throw new AppError("forbidden", "This set-up link does not work. Copy it again, whole.");
  const created = await insertAdmin(account, sql`not exists (select 1 from ${users})`);
  if (!created) throw new AppError("setup_done");
}

/**
 * Makes an admin, or makes one of the account that has this email address: role and password are then as given, and its
 * sessions and its tokens for programs end. Running it twice changes nothing.
 */
export async function createAdmin(account: NewAccount): Promise<"created" | "updated"> {
  if (
    await insertAdmin(
      account,
      sql`not exists (select 1 from ${users} where ${users.email} = ${account.email})`,
    )
  ) {
    return "created";
  }
  const { orm } = database();
  const [user] = await orm.select({ id: users.id }).from(users).where(eq(users.email, account.email));
  if (user === undefined) throw new AppError("not_found", "The account was deleted just now. Try again.");
  await changeLogin(user.id, account.password, { role: "admin" });
  return "updated";
}

export const passwordShape = newAccountShape
  .pick({ email: true, password: true })
  .extend({ account: z.string().max(200).optional() });

/**
 * Gives the account of this address a password, and leaves its role as it is; its sessions and its tokens for programs end. With
 * `account`, an id, that account gets the address too: one of which no more was known. Throws AppError `not_found`, and
 * `address_taken`.
 */
export async function setPassword({
  email,
  password,
  account,
}: z.infer<typeof passwordShape>): Promise<void> {
  const { orm } = database();
  const [taken] = await orm.select({ id: users.id }).from(users).where(eq(users.email, email));
  const id = account ?? taken?.id;
  const [user] =
    id === undefined ? [] : await orm.select({ id: users.id }).from(users).where(eq(users.id, id));
  if (user === undefined) throw new AppError("not_found", `There is no account ${account ?? email}.`);
  if (taken !== undefined && taken.id !== user.id)
    throw new AppError("address_taken", `${email} is the address of another account.`);
  await changeLogin(user.id, password, { email });
}

async function changeLogin(
  userId: string,
  password: string,
  changes: Partial<Pick<typeof users.$inferSelect, "role" | "email">>,
): Promise<void> {
  const db = database();
  await db.atomic([
    db.orm
      .update(users)
      .set({ ...changes, updatedAt: now() })
      .where(eq(users.id, userId)),
    db.orm
      .delete(accounts)
      .where(and(eq(accounts.userId, userId), eq(accounts.providerId, passwordProvider))),
    db.orm.insert(accounts).values(await loginOf(userId, password)),
    db.orm.delete(sessions).where(eq(sessions.userId, userId)),
    db.orm.delete(tokens).where(eq(tokens.userId, userId)),
    db.orm.delete(knownPlaces).where(eq(knownPlaces.userId, userId)),
  ]);
}

/** Inserts the user and its password together, where the condition holds. */
async function insertAdmin(account: NewAccount, condition: ReturnType<typeof sql>): Promise<boolean> {
  const id = newId();
  const user = {
    id,
    name: account.name,
    email: account.email,
    emailVerified: true,
    image: null,
    role: "admin" as const,
    usedBytes: 0,
    createdAt: now(),
    updatedAt: now(),
  };
  const login = await loginOf(id, account.password);
  const db = database();
  const [inserted] = await db.atomic([
    insertWhere(db, users, user, condition).returning({ id: users.id }),
    insertWhere(db, accounts, login, sql`exists (select 1 from ${users} where ${users.id} = ${id})`),
  ]);
  return inserted.length > 0;
}

/** better-auth's word for an account with a password. */
const passwordProvider = "credential";

async function loginOf(userId: string, password: string): Promise<typeof accounts.$inferSelect> {
  return {
    id: newId(),
    userId,
    accountId: userId,
    providerId: passwordProvider,
    password: await hashPassword(password),
    accessToken: null,
    refreshToken: null,
    idToken: null,
    accessTokenExpiresAt: null,
    refreshTokenExpiresAt: null,
    scope: null,
    createdAt: now(),
    updatedAt: now(),
  };
}
