import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";
import { hash, verify } from "@node-rs/argon2";
import { betterAuth, type DBAdapterInstance } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { database, type Statement } from "@/lib/db/client";
import { accounts, sessions, users, verifications } from "@/lib/db/schema";
import { storedToken } from "@/lib/db/session-tokens";
import { env } from "@/lib/env";
import { newId } from "@/lib/ids";
import { maxPasswordLength, minPasswordLength } from "./password-length";

export const sessionSeconds = 30 * 24 * 60 * 60;

let instance: ReturnType<typeof createAuth> | undefined;

/** better-auth: checks passwords, makes and ends sessions. None of its HTTP routes are served. */
export function auth() {
  instance ??= createAuth();
  return instance;
}

/** Argon2id with the library's parameters (19 MiB, two passes), which follow OWASP's advice. */
export const hashPassword = (password: string): Promise<string> => hash(password);

function createAuth() {
  return betterAuth({
    baseURL: env().appOrigin,
    secret: env().authSecret,
    database: ourAdapter(
      drizzleAdapter(database().orm, {
        provider: "sqlite",
        schema: { user: users, session: sessions, account: accounts, verification: verifications },
      }),
    ),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength,
      maxPasswordLength,
      password: { hash: hashPassword, verify: ({ hash: encoded, password }) => verify(encoded, password) },
    },
    session: { expiresIn: sessionSeconds },
    // lib/accounts/rate-limit.ts counts instead: better-auth's own limit does not run for calls within the server.
    rateLimit: { enabled: false },
    advanced: { database: { generateId: () => newId() } },
    logger: { disabled: true },
    telemetry: { enabled: false },
  });
}

/** Somebody's row and their passwords, as better-auth asks for them. */
export type Login = typeof users.$inferSelect & { account: (typeof accounts.$inferSelect)[] };

interface SigningIn {
  /** whose the email address is; null: nobody's */
  login: Login | null;
  /** what is done together with the new session, or not at all */
  alongside: Statement[];
}

const signingIn = new AsyncLocalStorage<SigningIn>();

/** While it runs, better-auth asks the database for nothing that is known, and `alongside` costs no round trip of its own. */
export const withLogin = <T>(known: SigningIn, work: () => Promise<T>): Promise<T> =>
  signingIn.run(known, work);

/** Of a session's token the database gets the hash, and better-auth the token itself. */
function ourAdapter(adapterOf: DBAdapterInstance): DBAdapterInstance {
  return (options) => {
    const adapter = adapterOf(options);
    const ours: typeof adapter = {
      ...adapter,
      async create<T extends Record<string, unknown>, R = T>(row: Row<T>): Promise<R> {
        const { model, data } = row;
        if (model !== "session" || typeof data.token !== "string") return adapter.create<T, R>(row);
        const session = { ...(data as unknown as NewSession), id: newId() };
        const db = database();
        await db.atomic([
          db.orm.insert(sessions).values({ ...session, token: storedToken(session.token) }),
          ...(signingIn.getStore()?.alongside ?? []),
        ]);
        return session as R;
      },
      async findOne<T>(asked: Question): Promise<T | null> {
        const known = signingIn.getStore();
        const isKnown = known !== undefined && asked.model === "user" && asked.join?.account === true;
        return isKnown ? (known.login as T | null) : adapter.findOne<T>(asked);
      },
      transaction: (work) => work(ours),
    };
    return ours;
  };
}

type Adapter = ReturnType<DBAdapterInstance>;
type NewSession = typeof sessions.$inferInsert;
type Question = Parameters<Adapter["findOne"]>[0];
type Row<T extends Record<string, unknown>> = Parameters<Adapter["create"]>[0] & {
  data: Omit<T, "id">;
};
