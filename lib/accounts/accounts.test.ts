import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { accounts, sessions, users } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { startTestPail } from "@/lib/testing/test-pail";
import { auth, sessionSeconds } from "./auth";
import { isCommonPassword } from "./common-passwords/common-passwords";
import { findKnownPlace, forgetOldPlaces, rememberPlaces } from "./known-places";
import { forgetOldUses } from "./rate-limit";
import { credentialsShape, signIn, signOut } from "./sign-in";
import { createToken, requireTokenOwner } from "./tokens";
import { createAdmin, createFirstAdmin, hasUsers, newAccountShape, setPassword, setupToken } from "./users";
import { findViewer } from "./viewer";

let pail: Awaited<ReturnType<typeof startTestPail>>;

const password = "a long password";
const account = (changes = {}) => ({
  name: "Ada",
  email: `${newId()}@example.org`,
  password,
  ...changes,
});
const from = (address: string = newId()) => ({ address, userAgent: "a browser" });
const wrongCredentials = {
  code: "wrong_credentials",
  message: "The email address or the password is wrong. Try again.",
};

const windowMs = 10 * 60 * 1000;
const startOfNextWindow = () => new Date(Math.ceil(Date.now() / windowMs) * windowMs);

beforeAll(async () => {
  pail = await startTestPail();
});
afterEach(() => setClock(null));
afterAll(() => pail.stop());

describe("the first account", () => {
  beforeEach(async () => {
    await database().orm.delete(users);
  });

  test("is an admin, and of two made at once one wins", async () => {
    const attempts = [account(), account()].map((one) => createFirstAdmin({ ...one, token: setupToken() }));
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "setup_done" },
    });
    const [user, ...otherUsers] = await database().orm.select().from(users);
    const [login, ...otherLogins] = await database().orm.select().from(accounts);
    expect([otherUsers, otherLogins]).toEqual([[], []]);
    expect(user).toMatchObject({ role: "admin", name: "Ada" });
    expect(login?.userId).toBe(user?.id);
  });

  test.each(["", "x", `${"x".repeat(43)}`, "é".repeat(43)])(
    "is not made with the token %j",
    async (token) => {
      await expect(createFirstAdmin({ ...account(), token })).rejects.toMatchObject({
        code: "forbidden",
        status: 403,
      });
      expect(await hasUsers()).toBe(false);
    },
  );

  test("is made once: the link works no more after that", async () => {
    const token = setupToken();
    await createFirstAdmin({ ...account(), token });
    expect(await hasUsers()).toBe(true);
    await expect(createFirstAdmin({ ...account(), token })).rejects.toMatchObject({ code: "setup_done" });
    expect(await database().orm.select().from(users)).toHaveLength(1);
  });
});

describe("an admin made by command", () => {
  test("can sign in; made again, has the new password, and every session and token has ended", async () => {
    const ada = account();
    expect(await createAdmin(ada)).toBe("created");
    const token = await signIn(ada, from());
    const viewer = await findViewer(token);
    if (viewer === null) throw new Error("no viewer");
    const forPrograms = { name: "A script", scopes: ["upload" as const], lifetimeDays: null };
    const secret = await createToken(viewer, forPrograms);
    const browser = await rememberPlaces(ada.email, from("203.0.113.20"));
    expect(await createAdmin({ ...ada, password: "another password" })).toBe("updated");
    expect(await findViewer(token)).toBeNull();
    await expect(requireTokenOwner(secret, "upload", from())).rejects.toMatchObject({
      code: "unauthenticated",
    });
    expect(await findKnownPlace(ada.email, { ...from("203.0.113.20"), browser })).toBeNull();
    await expect(signIn(ada, from())).rejects.toMatchObject(wrongCredentials);
    expect(await findViewer(await signIn({ ...ada, password: "another password" }, from()))).toMatchObject({
      email: ada.email,
      role: "admin",
    });
    expect(await rowsOf(ada.email)).toHaveLength(1);
  });

  test("is who was a user before; others keep their passwords and sessions", async () => {
    const [ada, other] = [account(), account()];
    await createAdmin(ada);
    await createAdmin(other);
    const token = await signIn(other, from());
    await database().orm.update(users).set({ role: "user" }).where(eq(users.email, ada.email));
    await createAdmin({ ...ada, password: "another password" });
    expect(await rowsOf(ada.email)).toMatchObject([{ users: { role: "admin" } }]);
    expect(await findViewer(token)).toMatchObject({ email: other.email });
    await signIn(other, from());
  });

  test("made twice at once is one", async () => {
    const ada = account();
    expect((await Promise.all([createAdmin(ada), createAdmin(ada)])).sort()).toEqual(["created", "updated"]);
    expect(await rowsOf(ada.email)).toHaveLength(1);
  });

  test("who had no password yet can sign in with the one given", async () => {
    const ada = account();
    await createAdmin(ada);
    await database()
      .orm.delete(accounts)
      .where(eq(accounts.userId, await idOf(ada.email)));
    expect(await createAdmin(ada)).toBe("updated");
    expect(await findViewer(await signIn(ada, from()))).toMatchObject({ email: ada.email });
  });
});

describe("an account that came back by a rebuild", () => {
  test("keeps its role when it is given a password, and an address where none was known", async () => {
    const [ada, eve] = [account(), account()];
    await createAdmin(eve);
    const id = newId();
    const times = { createdAt: new Date(), updatedAt: new Date() };
    await database()
      .orm.insert(users)
      .values({ id, name: "Unknown", email: `${id}@unknown.invalid`, ...times });
    await expect(setPassword(ada)).rejects.toMatchObject({ code: "not_found" });
    await expect(setPassword({ ...ada, email: eve.email, account: id })).rejects.toMatchObject({
      code: "address_taken",
    });
    await setPassword({ ...ada, account: id });
    const viewer = await findViewer(await signIn(ada, from()));
    expect(viewer).toMatchObject({ id, email: ada.email, role: "user" });
    const other = "another long password";
    const token = await signIn(ada, from());
    await setPassword({ email: ada.email, password: other });
    expect(await findViewer(token)).toBeNull();
    expect(await findViewer(await signIn({ ...ada, password: other }, from()))).toMatchObject({ id });
  });
});

describe("a password", () => {
  test("is kept as Argon2id alone", async () => {
    const ada = account();
    await createAdmin(ada);
    const [row] = await rowsOf(ada.email);
    expect(row?.accounts.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(row)).not.toContain(password);
  });

  test.each([
    ["short", "Choose a password of at least 8 characters."],
    ["x".repeat(129), "Keep the password under 128 characters."],
    ...[
      "password",
      "12345678",
      "Password1",
      "iloveyou1",
      "qwertyuiop",
      "football123",
      "trustno1",
      "ZXCVBNM1",
    ].map((common) => [common, "Many people use this password, so it is guessed first. Choose another one."]),
  ])("of %j is refused", (given, message) => {
    const result = newAccountShape.safeParse(account({ password: given }));
    expect(result.error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});

test("a password that nobody else has is taken, but for one in two thousand", () => {
  const passwords = Array.from({ length: 20_000 }, () => newId());
  expect(passwords.filter(isCommonPassword).length).toBeLessThan(30);
  expect(isCommonPassword("correct horse battery 1")).toBe(false);
});

describe("signing in", () => {
  test("fails the same way for a wrong password and an unknown address", async () => {
    const ada = account();
    await createAdmin(ada);
    const failures = await Promise.all(
      [{ ...ada, password: "wrong password" }, account(), { ...ada, email: "not an address" }].map(
        (credentials) => failureOf(signIn(credentials, from())),
      ),
    );
    expect(failures).toEqual([wrongCredentials, wrongCredentials, wrongCredentials]);
    expect(await sessionsOf(ada.email)).toEqual([]);
  });

  test("opens a session for whoever has its token, until it has lasted its time", async () => {
    const ada = account();
    await createAdmin(ada);
    const token = await signIn(
      credentialsShape.parse({ ...ada, email: ` ${ada.email.toUpperCase()} ` }),
      from(),
    );
    const viewer = { id: await idOf(ada.email), name: "Ada", email: ada.email, role: "admin", usedBytes: 0 };
    expect(await findViewer(token)).toEqual(viewer);
    expect(await findViewer(`${token}x`)).toBeNull();
    expect(await findViewer("")).toBeNull();
    setClock(new Date(Date.now() + (sessionSeconds - 60) * 1000));
    expect(await findViewer(token)).toEqual(viewer);
    setClock(new Date(Date.now() + (sessionSeconds + 60) * 1000));
    expect(await findViewer(token)).toBeNull();
  });

  test("leaves a hash of the token in the database, and nothing that could be shown instead of it", async () => {
    const ada = account();
    await createAdmin(ada);
    const token = await signIn(ada, from());
    const [kept] = await sessionsOf(ada.email);
    expect(JSON.stringify(kept)).not.toContain(token);
    expect(await findViewer(kept?.token ?? "")).toBeNull();
    await signOut(kept?.token ?? "");
    expect(await findViewer(token)).toMatchObject({ email: ada.email });
  });

  test("goes on where an older Pail has kept the token itself, which is hashed at the next look or start", async () => {
    const ada = account();
    await createAdmin(ada);
    const olderSession = async (token: string) => {
      const times = {
        createdAt: new Date(),
        updatedAt: new Date(),
        expiresAt: new Date(Date.now() + 60_000),
      };
      const row = { id: newId(), userId: await idOf(ada.email), token, ...times };
      await database().orm.insert(sessions).values(row);
    };
    const [looked, started] = [newId(), newId()];
    await olderSession(looked);
    expect(await findViewer(looked)).toMatchObject({ email: ada.email });
    await olderSession(started);
    await migrate(database());
    const kept = JSON.stringify(await sessionsOf(ada.email));
    for (const token of [looked, started]) {
      expect(kept).not.toContain(token);
      expect(await findViewer(token)).toMatchObject({ email: ada.email });
      await signOut(token);
      expect(await findViewer(token)).toBeNull();
    }
  });

  test("notes where from and with what", async () => {
    const ada = account();
    await createAdmin(ada);
    await signIn(ada, { address: "203.0.113.7", userAgent: "a browser" });
    expect(await sessionsOf(ada.email)).toMatchObject([{ ipAddress: "203.0.113.7", userAgent: "a browser" }]);
  });

  test("out ends that session and no other", async () => {
    const ada = account();
    await createAdmin(ada);
    const [first, second] = [await signIn(ada, from()), await signIn(ada, from())];
    expect(first).not.toBe(second);
    await signOut(first);
    await signOut(first);
    expect(await findViewer(first)).toBeNull();
    expect(await findViewer(second)).toMatchObject({ email: ada.email });
  });

  test("up is closed", async () => {
    const ada = account();
    await expect(auth().api.signUpEmail({ body: ada })).rejects.toThrow();
    expect(await rowsOf(ada.email)).toEqual([]);
  });
});

describe("guessing", () => {
  beforeEach(() => setClock(startOfNextWindow()));

  async function guess(times: number, email: () => string, address?: string): Promise<string[]> {
    const guesses = Array.from({ length: times }, () =>
      failureOf(signIn({ email: email(), password: "a wrong guess" }, from(address))),
    );
    return (await Promise.all(guesses)).map(({ code }) => code);
  }

  test("at one account ends after ten tries, wherever they come from, and says how long to wait", async () => {
    const ada = account();
    await createAdmin(ada);
    expect(await guess(10, () => ada.email)).toEqual(Array(10).fill("wrong_credentials"));
    expect(await failureOf(signIn(ada, from()))).toEqual({
      code: "rate_limited",
      message: "Too many tries. Wait 10 minutes, then try again.",
    });
    setClock(new Date(startOfNextWindow().getTime() + windowMs - 30_000));
    expect((await failureOf(signIn(ada, from()))).message).toMatch(/Wait (29|30) seconds/);
    setClock(new Date(startOfNextWindow().getTime() + windowMs));
    await signIn(ada, from());
  });

  test("from one address ends after thirty tries, whichever account they are for", async () => {
    const ada = account();
    await createAdmin(ada);
    expect(await guess(30, () => account().email, "203.0.113.9")).toEqual(
      Array(30).fill("wrong_credentials"),
    );
    await expect(signIn(ada, from("203.0.113.9"))).rejects.toMatchObject({
      code: "rate_limited",
      status: 429,
    });
    await signIn(ada, from("203.0.113.10"));
    // What is refused for its address does not count against the account either.
    expect(await guess(12, () => ada.email, "203.0.113.9")).toEqual(Array(12).fill("rate_limited"));
    await signIn(ada, from("203.0.113.10"));
  });

  test("from anywhere in one /64 counts together, as whoever has one has all of its addresses", async () => {
    for (let i = 0; i < 30; i += 1) await guess(1, () => account().email, `2001:db8:0:7::${i}`);
    expect(await guess(1, () => account().email, "2001:db8:0:7:ffff::1")).toEqual(["rate_limited"]);
    expect(await guess(1, () => account().email, "2001:db8:0:8::1")).toEqual(["wrong_credentials"]);
  });

  test("by strangers does not lock the owner out of a browser or a network where they signed in before", async () => {
    const ada = account();
    await createAdmin(ada);
    const browser = await rememberPlaces(ada.email, from("203.0.113.12"));
    expect(await guess(11, () => ada.email)).toEqual([
      ...Array(10).fill("wrong_credentials"),
      "rate_limited",
    ]);
    await expect(signIn(ada, from())).rejects.toMatchObject({ code: "rate_limited" });
    await signIn(ada, { ...from(), browser });
    await signIn(ada, from("203.0.113.12"));
    // Of another account it says nothing.
    const other = account();
    await createAdmin(other);
    await guess(10, () => other.email);
    await expect(signIn(other, { ...from(), browser })).rejects.toMatchObject({ code: "rate_limited" });
  });

  test("ends after ten tries also where the owner has signed in before", async () => {
    const ada = account();
    await createAdmin(ada);
    const browser = await rememberPlaces(ada.email, from("203.0.113.13"));
    expect(await guess(11, () => ada.email, "203.0.113.13")).toContain("rate_limited");
    // The owner's own browser is another place than its network.
    await signIn(ada, { ...from("203.0.113.13"), browser });
    const inBrowser = Array.from({ length: 11 }, () =>
      failureOf(signIn({ ...ada, password: "a wrong guess" }, { ...from(), browser })),
    );
    expect((await Promise.all(inBrowser)).map(({ code }) => code)).toContain("rate_limited");
  });

  test("knows the twenty latest places of an account, each browser by a new token each time, for a year", async () => {
    const ada = account();
    await createAdmin(ada);
    const start = Date.now();
    let browser: string | undefined;
    for (let n = 0; n < 25; n += 1) {
      setClock(new Date(start + n * 1000));
      const next = await rememberPlaces(ada.email, { ...from(`198.51.100.${n}`), browser });
      if (browser !== undefined) expect(await findKnownPlace(ada.email, { ...from(), browser })).toBeNull();
      browser = next;
    }
    expect(await findKnownPlace(ada.email, from("198.51.100.0"))).toBeNull();
    expect(await findKnownPlace(ada.email, from("198.51.100.24"))).toMatchObject({ isBrowser: false });
    expect(await findKnownPlace(ada.email, { ...from(), browser })).toMatchObject({ isBrowser: true });
    expect(await findKnownPlace(ada.email, from("unknown"))).toBeNull();
    setClock(new Date(start + 366 * 24 * 60 * 60 * 1000));
    await forgetOldPlaces();
    expect(await findKnownPlace(ada.email, { ...from("198.51.100.24"), browser })).toBeNull();
  });

  test("is not what someone does who succeeds", async () => {
    const ada = account();
    await createAdmin(ada);
    for (let i = 0; i < 12; i += 1) await signIn(ada, from("203.0.113.11"));
    expect(await guess(10, () => ada.email, "203.0.113.11")).toEqual(Array(10).fill("wrong_credentials"));
  });

  test("counts stay counted while their window lasts", async () => {
    const ada = account();
    await createAdmin(ada);
    await guess(10, () => ada.email);
    await forgetOldUses();
    await expect(signIn(ada, from())).rejects.toMatchObject({ code: "rate_limited" });
  });
});

async function failureOf(attempt: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await attempt.then(
    () => new Error("it did not fail"),
    (reason) => reason,
  );
  return { code: error.code, message: error.message };
}

const rowsOf = (email: string) =>
  database()
    .orm.select()
    .from(users)
    .innerJoin(accounts, eq(accounts.userId, users.id))
    .where(eq(users.email, email));

async function idOf(email: string): Promise<string> {
  const [row] = await database().orm.select({ id: users.id }).from(users).where(eq(users.email, email));
  return row?.id ?? "none";
}

const sessionsOf = async (email: string) =>
  database()
    .orm.select()
    .from(sessions)
    .where(eq(sessions.userId, await idOf(email)));
