import "server-only";
import { and, eq, gt } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { sessions, users } from "@/lib/db/schema";
import { hashSessionToken } from "@/lib/db/session-tokens";
import { AppError } from "@/lib/errors";
import { hasToken } from "./session-tokens";

/** Whoever asks, once they have signed in. */
export interface Viewer {
  id: string;
  name: string;
  email: string;
  role: "user" | "admin";
}

/** The viewer of a request, as the session says. */
export interface SignedIn extends Viewer {
  /** of what they may store, with what is on its way */
  usedBytes: number;
}

/** Whose pictures they are, where nobody asks. */
export type Owner = Pick<Viewer, "id">;

/** The viewer whose session has this token; null where there is none or it has ended. */
export async function findViewer(token: string): Promise<SignedIn | null> {
  const { id, name, email, role, usedBytes } = users;
  const [found] = await database()
    .orm.select({
      viewer: { id, name, email, role, usedBytes },
      stored: sessions.token,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(hasToken(token), gt(sessions.expiresAt, now())));
  if (found === undefined) return null;
  // An older Pail may still run beside this one.
  if (found.stored === token) await hashSessionToken(database(), token);
  return found.viewer;
}

/** Whose address it is, for commands that act for somebody. Throws AppError `not_found`. */
export async function getViewerByEmail(email: string): Promise<Viewer> {
  const [viewer] = await database()
    .orm.select({ id: users.id, name: users.name, email: users.email, role: users.role })
    .from(users)
    .where(eq(users.email, email.trim().toLowerCase()));
  if (viewer === undefined) throw new AppError("not_found", `Nobody has an account as ${email} here.`);
  return viewer;
}
