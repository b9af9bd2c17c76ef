import "server-only";
import { and, eq, gt } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { sessions, users } from "@/lib/db/schema";

/** Whoever asks, once they have signed in. */
export interface Viewer {
  id: string;
  name: string;
  email: string;
  role: "user" | "admin";
}

/** Whose pictures they are, where nobody asks. */
export type Owner = Pick<Viewer, "id">;

/** The viewer whose session has this token; null where there is none or it has ended. */
export async function findViewer(token: string): Promise<Viewer | null> {
  const [viewer] = await database()
    .orm.select({ id: users.id, name: users.name, email: users.email, role: users.role })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.token, token), gt(sessions.expiresAt, now())));
  return viewer ?? null;
}
