import "server-only";
import { hash, verify } from "@node-rs/argon2";
import { betterAuth, type DBAdapterInstance } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { database } from "@/lib/db/client";
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
    database: hashingTokens(
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

/** Of a session's token the database gets the hash, and better-auth the token itself. */
function hashingTokens(adapterOf: DBAdapterInstance): DBAdapterInstance {
  return (options) => {
    const adapter = adapterOf(options);
    const hashing: typeof adapter = {
      ...adapter,
      async create<T extends Record<string, unknown>, R = T>(row: Row<T>): Promise<R> {
        const { model, data } = row;
        if (model !== "session" || typeof data.token !== "string") return adapter.create<T, R>(row);
        const { token } = data;
        const made = await adapter.create<T, R>({ ...row, data: { ...data, token: storedToken(token) } });
        return { ...made, token };
      },
      transaction: (work) => work(hashing),
    };
    return hashing;
  };
}

type Row<T extends Record<string, unknown>> = Parameters<ReturnType<DBAdapterInstance>["create"]>[0] & {
  data: Omit<T, "id">;
};
