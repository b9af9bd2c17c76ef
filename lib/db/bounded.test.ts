import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type LibsqlDouble, startLibsqlDouble } from "@/lib/testing/libsql-double/libsql-double";
import { type Database, openLibsql } from "./client";
import { DatabaseError } from "./failure";
import { migrate } from "./migrate";
import { users } from "./schema";

let double: LibsqlDouble;
let db: Database;

beforeAll(async () => {
  double = await startLibsqlDouble({ token: "right" });
  db = openLibsql(`${double.url}?authToken=right`);
  await migrate(db);
});
afterEach(() => Object.assign(double.conduct, { hangs: false, status: null }));
afterAll(async () => {
  db.close();
  await double.close();
});

const ask = ({ orm }: Database) => orm.select({ id: users.id }).from(users);
const failureOf = (call: PromiseLike<unknown>) =>
  Promise.resolve(call).then(
    () => null,
    (error: unknown) => error,
  );
const host = () => new URL(double.url).host;

test("a token beside the address opens it; a wrong one is in no error", async () => {
  const opened = openLibsql(double.url, "right");
  expect(await ask(opened)).toEqual([]);
  const refused = openLibsql(double.url, "a-wrong-token");
  const failure = await failureOf(ask(refused));
  expect(failure).toMatchObject({ reason: "wrong_token" });
  expect(inspect(failure)).not.toContain("a-wrong-token");
  opened.close();
  refused.close();
});

test("a database that hangs is given up within five seconds, by however many calls", async () => {
  double.conduct.hangs = true;
  const began = performance.now();
  const calls = Array.from({ length: 50 }, (_, i) => failureOf(i % 2 === 0 ? ask(db) : db.atomic([ask(db)])));
  // What only a collected object would end never ends.
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  for (let i = 0; i < 10; i += 1) {
    await delay(100);
    collect();
  }
  const failures = await Promise.all(calls);
  expect(performance.now() - began).toBeLessThan(5000);
  for (const failure of failures) {
    expect(failure).toBeInstanceOf(DatabaseError);
    expect(failure).toMatchObject({
      reason: "too_slow",
      message: `The database at ${host()} does not answer.`,
    });
  }
  double.conduct.hangs = false;
  expect(await ask(db)).toEqual([]);
  // What was given up before its turn is not asked for now.
  expect(performance.now() - began).toBeLessThan(6000);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("each cause has its own sentence, which says neither the token nor the statement", async () => {
  const secret = "a-secret-token";
  const cases = [
    [
      `http://127.0.0.1:${await freePort()}`,
      "unreachable",
      /^The database at .* cannot be reached \(ECONNREFUSED\)\. /,
    ],
    [
      "http://no-such-host.invalid",
      "no_host",
      /^There is no host no-such-host\.invalid \((ENOTFOUND|EAI_AGAIN)\)\. /,
    ],
    [double.url, "wrong_token", /^The database at .* refuses the token \(401\)\. /],
    [`${double.url}/elsewhere/`, "no_database", /^There is no libSQL database at .* \(status 404\)\. /],
  ] as const;
  for (const [url, reason, sentence] of cases) {
    const other = openLibsql(`${url}?authToken=${reason === "no_database" ? "right" : secret}`);
    for (const failure of [await failureOf(ask(other)), await failureOf(migrate(other))]) {
      expect(failure).toMatchObject({
        reason,
        code: "unavailable",
        status: 503,
        message: expect.stringMatching(sentence),
      });
      const said = inspect(failure, { depth: 10, showHidden: true });
      for (const hidden of [secret, "select", "authToken", "node_modules"])
        expect(said).not.toContain(hidden);
    }
    other.close();
  }
});

test("a server that is overloaded, or says so for it, is no failure of the statement", async () => {
  for (const status of [429, 500, 502, 503]) {
    double.conduct.status = status;
    expect(await failureOf(ask(db))).toMatchObject({ reason: "unreachable", status: 503 });
  }
});

test("an address that is none is said without what is in it", () => {
  for (const url of ["ftp://host?authToken=a-secret", "libsql://host?tokn=a-secret", "a-secret"])
    expect(() => openLibsql(url)).toThrow(/^DATABASE_URL is no address of a database, like [^?]*$/);
});

test("what is wrong with a statement stays what it was", async () => {
  const row = { id: "1", name: "a", email: "a@example.org", createdAt: new Date(), updatedAt: new Date() };
  await db.orm.insert(users).values(row);
  const failure = await failureOf(db.orm.insert(users).values(row));
  expect(failure).not.toBeInstanceOf(DatabaseError);
  expect(inspect(failure)).toContain("UNIQUE constraint failed");
  await db.orm.delete(users);
});

test("a process that has not migrated looks once whether the tables are too new, and then asks nothing", async () => {
  const other = openLibsql(double.url, "right", { refusesNewer: true });
  double.forget();
  await ask(other);
  expect(double.trips).toHaveLength(3);
  await ask(other);
  expect(double.trips).toHaveLength(4);
  await db.orm.run(
    sql`insert into __drizzle_migrations (hash, created_at) values ('of later', 9999999999999)`,
  );
  const late = openLibsql(double.url, "right", { refusesNewer: true });
  for (let times = 0; times < 2; times += 1)
    for (const call of [ask(late), late.together([ask(late)]), late.atomic([ask(late)])])
      expect(await failureOf(call)).toMatchObject({ reason: "newer", code: "unavailable" });
  await db.orm.run(sql`delete from __drizzle_migrations where hash = 'of later'`);
  expect(await ask(late)).toEqual([]);
});
