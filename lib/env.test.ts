import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { env, isServerless, setEnv, variables } from "./env";
import serverlessHosts from "./env/serverless-hosts.json";
import { sayBytes, sayPixels } from "./images/limits";

const names = [
  "HOST",
  "PORT",
  "APP_ORIGIN",
  "TRUST_PROXY",
  "DATA_DIR",
  "DATABASE_URL",
  "TURSO_DATABASE_URL",
  "TURSO_AUTH_TOKEN",
  "AUTH_SECRET",
  "CRON_SECRET",
  "METRICS_TOKEN",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "S3_BUCKET",
  "S3_REGION",
  "S3_ENDPOINT",
  "S3_PUBLIC_ENDPOINT",
  "S3_FORCE_PATH_STYLE",
  "S3_UPLOAD",
  "S3_PORT",
  "MEDIA_LOCATION",
  "STATIC_LOCATION",
  "STATIC_URL",
  "UPLOAD_MAX_BYTES",
  "UPLOAD_MAX_PIXELS",
  "USER_QUOTA_BYTES",
  "VERCEL",
  "VERCEL_ENV",
  "VERCEL_URL",
  "VERCEL_BRANCH_URL",
  "VERCEL_PROJECT_PRODUCTION_URL",
  ...Object.keys(serverlessHosts),
];
const unset = Object.fromEntries(names.map((name) => [name, ""]));
const parent = fs.mkdtempSync(path.join(os.tmpdir(), "pail-env-"));
let dataDir: string;

beforeEach(() => {
  dataDir = path.join(fs.mkdtempSync(path.join(parent, "home-")), "data");
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => fs.rmSync(parent, { recursive: true, force: true }));

/** The configuration where these variables are set and no others. */
function configured(variables: Record<string, string> = {}) {
  setEnv({ ...unset, ...variables });
  return env();
}

describe("without any variable", () => {
  test("everything is on this machine, under one folder", () => {
    const folder = path.resolve("data");
    expect(configured()).toMatchObject({
      host: "127.0.0.1",
      port: 3000,
      appOrigin: "http://localhost:3000",
      secureCookies: false,
      trustProxy: false,
      dataDir: folder,
      databaseUrl: `file:${folder}/pail.sqlite`,
      locations: {
        incoming: "incoming",
        journal: "journal",
        backups: "backups",
        media: "media",
        static: "static",
      },
      limits: { maxBytes: 52_428_800, maxPixels: 100_000_000 },
      userQuotaBytes: 107_374_182_400,
    });
    const { local, name, region, endpoint, publicEndpoint, forcePathStyle } = env().bucket;
    expect({ local, name, region, endpoint, publicEndpoint, forcePathStyle }).toEqual({
      local: { port: 9000, dataDir: `${folder}/bucket` },
      name: "pail",
      region: "us-east-1",
      endpoint: "http://127.0.0.1:9000",
      publicEndpoint: "http://localhost:9000",
      forcePathStyle: true,
    });
  });
});

describe("what follows from what", () => {
  test("the origin follows the port, and cookies are secure on https", () => {
    expect(configured({ PORT: "4000" }).appOrigin).toBe("http://localhost:4000");
    const { appOrigin, secureCookies } = configured({ APP_ORIGIN: "https://Photos.example.org/" });
    expect([appOrigin, secureCookies]).toEqual(["https://photos.example.org", true]);
  });

  test.each([
    ["http://pail.local:3000", "http://pail.local:9100"],
    ["http://192.168.1.5", "http://192.168.1.5:9100"],
    ["http://[::1]:3000", "http://[::1]:9100"],
  ])("for %s browsers reach the local bucket at %s", (appOrigin, expected) => {
    const { bucket } = configured({ APP_ORIGIN: appOrigin, S3_PORT: "9100" });
    expect(bucket).toMatchObject({ publicEndpoint: expected, endpoint: "http://127.0.0.1:9100" });
  });

  test("a public endpoint that is set goes before it", () => {
    const { bucket } = configured({ S3_PUBLIC_ENDPOINT: "https://bucket.example.org" });
    expect(bucket.publicEndpoint).toBe("https://bucket.example.org");
  });

  test("a bucket that is named is not ours: no local one, no credentials but the default chain's", () => {
    expect(configured({ S3_BUCKET: "photos" }).bucket).toEqual({
      local: null,
      name: "photos",
      region: "us-east-1",
      endpoint: undefined,
      publicEndpoint: undefined,
      forcePathStyle: false,
      credentials: undefined,
    });
    const elsewhere = configured({ S3_BUCKET: "photos", S3_ENDPOINT: "https://ceph.example.org:8443" });
    expect(elsewhere.bucket).toMatchObject({
      publicEndpoint: "https://ceph.example.org:8443",
      forcePathStyle: true,
    });
    setEnv({ S3_FORCE_PATH_STYLE: "0" });
    expect(env().bucket.forcePathStyle).toBe(false);
  });

  test("an endpoint may have a path, and loses its last slash", () => {
    const { bucket } = configured({
      S3_BUCKET: "photos",
      S3_ENDPOINT: "https://ref.storage.supabase.co/storage/v1/s3/",
      S3_PUBLIC_ENDPOINT: "https://Photos.example.org/s3",
    });
    expect([bucket.endpoint, bucket.publicEndpoint]).toEqual([
      "https://ref.storage.supabase.co/storage/v1/s3",
      "https://photos.example.org/s3",
    ]);
  });

  test("a location is one folder, however it is written", () => {
    expect(configured({ MEDIA_LOCATION: "/pictures/" }).locations.media).toBe("pictures");
  });
});

describe("a wrong variable is named, in one sentence:", () => {
  test.each([
    ["PORT", "eighty"],
    ["PORT", "70000"],
    ["PORT", "80.5"],
    ["S3_PORT", "-1"],
    ["APP_ORIGIN", "photos.example.org"],
    ["APP_ORIGIN", "ftp://photos.example.org"],
    ["APP_ORIGIN", "https://photos.example.org/pail"],
    ["APP_ORIGIN", "https://photos.example.org/?a=b"],
    ["APP_ORIGIN", "https://user@photos.example.org"],
    ["APP_ORIGIN", "https://:secret@photos.example.org"],
    ["S3_ENDPOINT", "localhost:9000"],
    ["S3_ENDPOINT", "https://bucket.example.org/?list-type=2"],
    ["S3_ENDPOINT", "https://user@bucket.example.org/s3"],
    // The bucket that Pail serves itself knows no path.
    ["S3_PUBLIC_ENDPOINT", "https://bucket.example.org/photos"],
    ["MEDIA_LOCATION", "backups"],
    ["TRUST_PROXY", "yes"],
    ["S3_FORCE_PATH_STYLE", "maybe"],
    ["AUTH_SECRET", "too short"],
    ["CRON_SECRET", "too short"],
    ["METRICS_TOKEN", "too short"],
    ["MEDIA_LOCATION", "a/b"],
    ["STATIC_LOCATION", ".."],
    ["STATIC_URL", "/static"],
    ["STATIC_URL", "https://cdn.example.org/static?v=1"],
    ["STATIC_URL", "https://user@cdn.example.org/static"],
    ["UPLOAD_MAX_BYTES", "0"],
    ["UPLOAD_MAX_BYTES", "50MB"],
    ["UPLOAD_MAX_PIXELS", "-5"],
    ["USER_QUOTA_BYTES", "1.5"],
    ["VERCEL_URL", "https://"],
  ])("%s=%s", (name, value) => {
    const message = sentenceFor({ [name]: value });
    expect(message).toMatch(/^Please correct the environment: .*\.$/);
    expect(message.match(/[A-Z0-9]+(_[A-Z0-9]+)+|PORT/g)).toEqual([name]);
  });

  const own = (name: string, endpoint: string, more = {}) =>
    sentenceFor({ S3_BUCKET: "photos", [name]: endpoint, ...more });

  test.each([
    ["https://photos.s3.eu-central-1.amazonaws.com", "https://s3.eu-central-1.amazonaws.com"],
    ["https://photos.fsn1.your-objectstorage.com/", "https://fsn1.your-objectstorage.com"],
    ["https://photos.s3.example.org:9000/s3/", "https://s3.example.org:9000/s3"],
    ["https://account.r2.cloudflarestorage.com/photos", "https://account.r2.cloudflarestorage.com"],
  ])("an endpoint that has the bucket's own name in it, %s, with what to write instead", (given, instead) => {
    for (const name of ["S3_ENDPOINT", "S3_PUBLIC_ENDPOINT"]) {
      const message = own(name, given);
      expect(message).toMatch(
        new RegExp(`^Please correct the environment: ${name} .*bucket's own name.*\\.$`),
      );
      expect(message).toContain(`write ${instead}`);
    }
  });

  test("a store's own name may be that of the bucket, where S3_FORCE_PATH_STYLE says so", () => {
    const store = { S3_BUCKET: "photos", S3_ENDPOINT: "https://photos.example.org" };
    expect(sentenceFor(store)).toMatch(/write https:\/\/example\.org instead, or set S3_FORCE_PATH_STYLE=1 /);
    const { bucket } = configured({ S3_BUCKET: "photos", S3_PUBLIC_ENDPOINT: store.S3_ENDPOINT });
    expect(bucket.publicEndpoint).toBe(store.S3_ENDPOINT);
    expect(configured({ ...store, S3_FORCE_PATH_STYLE: "1" }).bucket.endpoint).toBe(store.S3_ENDPOINT);
    const ofConsole = "https://photos.s3.eu-central-1.amazonaws.com";
    expect(own("S3_ENDPOINT", ofConsole, { S3_FORCE_PATH_STYLE: "1" })).toContain("bucket's own name");
    expect(configured({ S3_BUCKET: "127", S3_ENDPOINT: "http://127.0.0.1:9000" }).bucket.name).toBe("127");
    expect(configured({ S3_BUCKET: "photo", S3_ENDPOINT: "https://photos.example.org" }).bucket.name).toBe(
      "photo",
    );
  });

  test("a folder's URL may have a path, and loses its last slash", () => {
    expect(configured({ STATIC_URL: "https://cdn.example.org/static/" }).staticUrl).toBe(
      "https://cdn.example.org/static",
    );
    expect(configured({ STATIC_URL: "https://cdn.example.org" }).staticUrl).toBe("https://cdn.example.org");
    expect(configured().staticUrl).toBeNull();
  });

  test("two of them together", () => {
    const message = sentenceFor({ PORT: "eighty", AUTH_SECRET: "too short" });
    expect(message).toMatch(/PORT .*; AUTH_SECRET must have at least 32 characters\.$/);
  });

  test("two locations that are the same folder", () => {
    expect(sentenceFor({ MEDIA_LOCATION: "incoming" })).toContain("MEDIA_LOCATION");
    expect(sentenceFor({ STATIC_LOCATION: "media" })).toContain("STATIC_LOCATION");
  });

  test("a secret is not repeated", () => {
    expect(sentenceFor({ AUTH_SECRET: "hush" })).not.toContain("hush");
  });
});

describe("a remote database", () => {
  const turso = { TURSO_DATABASE_URL: "libsql://pail.turso.io", TURSO_AUTH_TOKEN: "a-token" };

  test("is Turso's, with its token, where its variables are set", () => {
    const { databaseUrl, databaseToken } = configured(turso);
    expect([databaseUrl, databaseToken]).toEqual(["libsql://pail.turso.io", "a-token"]);
  });

  test("is DATABASE_URL where both are set, which gets no token of Turso's", () => {
    const { databaseUrl, databaseToken } = configured({ ...turso, DATABASE_URL: "https://db.example.org" });
    expect([databaseUrl, databaseToken]).toEqual(["https://db.example.org", null]);
  });

  test("may be DATABASE_URL with a token beside it", () => {
    const { databaseToken } = configured({
      DATABASE_URL: "https://db.example.org",
      TURSO_AUTH_TOKEN: "a-token",
    });
    expect(databaseToken).toBe("a-token");
  });
});

describe("on a serverless host", () => {
  const secret = "s".repeat(32);
  const complete = {
    VERCEL: "1",
    VERCEL_ENV: "production",
    VERCEL_PROJECT_PRODUCTION_URL: "photos.example.org",
    TURSO_DATABASE_URL: "libsql://pail.turso.io",
    S3_BUCKET: "photos",
    AUTH_SECRET: secret,
  };
  const deployed = (changes: Record<string, string> = {}) => configured({ ...complete, ...changes });

  test.each(Object.entries(serverlessHosts))(
    "which %s tells of, all that is missing is said at once",
    (name, host) => {
      const sentences = sentenceFor({ [name]: "1" }).split("\n");
      expect(sentences).toHaveLength(4);
      const variables = ["DATABASE_URL", "S3_BUCKET", "AUTH_SECRET", "APP_ORIGIN"];
      for (const [index, sentence] of sentences.entries())
        expect(sentence).toMatch(new RegExp(`^Set ${variables[index]}\\b[^\n]*\\.$`));
      expect(sentences.filter((sentence) => sentence.includes(host))).toHaveLength(3);
      expect(isServerless()).toBe(true);
    },
  );

  test.each([
    ["TURSO_DATABASE_URL", "DATABASE_URL"],
    ["S3_BUCKET", "S3_BUCKET"],
    ["AUTH_SECRET", "AUTH_SECRET"],
    ["VERCEL_PROJECT_PRODUCTION_URL", "APP_ORIGIN"],
  ])("one that is missing, %s, is one sentence", (name, named) => {
    expect(sentenceFor({ ...complete, [name]: "" })).toMatch(new RegExp(`^Set ${named}\\b[^\n]*\\.$`));
  });

  test("a database in a file is refused, and what else is wrong is said beside it", () => {
    const [wrong, ...missing] = sentenceFor({
      ...complete,
      DATABASE_URL: "file:pail.sqlite",
      PORT: "eighty",
    }).split("\n");
    expect(wrong).toMatch(/^Please correct the environment: PORT /);
    expect(missing).toEqual([
      expect.stringMatching(/^Set DATABASE_URL.* instead of a file: Vercel keeps no file\.$/),
    ]);
  });

  test("no secret is made, and nothing is written", () => {
    expect(deployed({ DATA_DIR: dataDir }).authSecret).toBe(secret);
    messageOf(() => deployed({ DATA_DIR: dataDir, AUTH_SECRET: "" }).authSecret);
    expect(fs.existsSync(dataDir)).toBe(false);
  });

  test("a developer's machine with Vercel's variables is none", () => {
    expect(configured({ VERCEL: "1", VERCEL_ENV: "development" }).appOrigin).toBe("http://localhost:3000");
    expect(isServerless()).toBe(false);
  });

  const preview = { VERCEL_ENV: "preview", VERCEL_URL: "pail-1a2b.vercel.app" };

  test.each([
    ["production has the project's domain", {}, "https://photos.example.org"],
    [
      "a preview has its branch's",
      { ...preview, VERCEL_BRANCH_URL: "pail-git-a.vercel.app" },
      "https://pail-git-a.vercel.app",
    ],
    ["a preview without a branch has its own", preview, "https://pail-1a2b.vercel.app"],
    ["APP_ORIGIN goes first", { APP_ORIGIN: "https://pail.example.org" }, "https://pail.example.org"],
  ])("%s as its origin", (_, changes, origin) => {
    const { appOrigin, secureCookies } = deployed(changes);
    expect([appOrigin, secureCookies]).toEqual([origin, true]);
  });
});

describe("secrets", () => {
  test("are made once, for the owner's eyes only, and differ from installation to installation", () => {
    const first = configured({ DATA_DIR: dataDir });
    const file = path.join(dataDir, "secrets.json");
    expect(fs.existsSync(file)).toBe(false);
    const secret = first.authSecret;
    const credentials = first.bucket.credentials;
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(credentials?.secretAccessKey.length).toBeGreaterThanOrEqual(40);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(fs.readdirSync(dataDir)).toEqual(["secrets.json"]);
    const again = configured({ DATA_DIR: dataDir });
    expect([again.authSecret, again.bucket.credentials]).toEqual([secret, credentials]);
    expect(configured({ DATA_DIR: `${dataDir}-2` }).authSecret).not.toBe(secret);
  });

  test("of two first starts at once are the same", () => {
    const winner = configured({ DATA_DIR: dataDir }).authSecret;
    const late = configured({ DATA_DIR: dataDir });
    vi.spyOn(fs, "existsSync").mockReturnValueOnce(false);
    expect(late.authSecret).toBe(winner);
    expect(fs.readdirSync(dataDir)).toEqual(["secrets.json"]);
  });

  test("that are set go before the stored ones", () => {
    const secret = "s".repeat(32);
    expect(configured({ DATA_DIR: dataDir, AUTH_SECRET: secret }).authSecret).toBe(secret);
    expect(fs.existsSync(dataDir)).toBe(false);
  });

  test.each(["", "{", "{}"])("in a damaged file, %j, are named in one sentence", (content) => {
    fs.mkdirSync(dataDir);
    fs.writeFileSync(path.join(dataDir, "secrets.json"), content);
    const message = messageOf(() => configured({ DATA_DIR: dataDir }).authSecret);
    expect(message).toMatch(/secrets\.json.*\.$/);
    expect(message).not.toContain("\n");
  });
});

describe("the variables that are read", () => {
  const read = (name: string) => fs.readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
  const shape: Record<string, { safeParse(value: unknown): { data?: unknown } }> = variables.shape;
  const known = Object.keys(shape);
  /** undefined where it has none, or one that follows from others */
  const defaultOf = (name: string): unknown => shape[name]?.safeParse(undefined).data;

  /** Of the table under “Configure it”: a row is for one variable or several, and has as many defaults. */
  const rows = /\| variable \| default \|.*\n\|[-|]+\n((?:\|.*\n)+)/.exec(read("README.md"))?.[1] ?? "";
  const inReadme = rows.split("\n").flatMap((row) => {
    const [, names = "", defaults = ""] = row.split("|").map((cell) => cell.trim());
    const listed = [...names.matchAll(/`([A-Z0-9_]+)`/g)].map(([, name = ""]) => name);
    const said = defaults.replaceAll(/ \(.*?\)/g, "").split(", ");
    return listed.map((name, index): [string, string | undefined] => [name, said[index]]);
  });

  test("stand in README's table, with their defaults, and no others do", () => {
    expect(inReadme.map(([name]) => name).sort()).toEqual(known.toSorted());
    for (const [name, said] of inReadme) {
      expect([name, said]).toEqual([name, expect.stringMatching(/./)]);
      const expected = defaultOf(name);
      if (expected !== undefined) expect([name, spokenValue(said ?? "")]).toEqual([name, expected]);
    }
  });

  test("among them the limits, which README names in its first words as the pages do", () => {
    const { maxBytes, maxPixels } = configured().limits;
    const named = [...read("README.md").matchAll(/up to (\d+ MB) and (\d+ megapixels)/g)];
    expect(named.map(([, ...limits]) => limits)).toEqual([[sayBytes(maxBytes), sayPixels(maxPixels)]]);
  });

  test("stand in .env.example, each with a line that says what it is, and its default", () => {
    const entries = [...read(".env.example").matchAll(/^(.*)\n#([A-Z0-9_]+)=(.*)$/gm)];
    expect(entries.map(([, , name]) => name).sort()).toEqual(known.toSorted());
    for (const [, what, name = "", value] of entries) {
      expect([name, what]).toEqual([name, expect.stringMatching(/^# \S.*\.$/)]);
      const given = value === "" ? undefined : value;
      expect([name, shape[name]?.safeParse(given).data]).toEqual([name, defaultOf(name)]);
    }
  });
});

/** What a table says in words: 3000, “50 MiB”, “50 million”, 0 for a flag. */
function spokenValue(said: string): unknown {
  const [, number, unit] = /^(\d+)(?: (MiB|GiB|million))?$/.exec(said) ?? [];
  if (number === undefined) return said.replaceAll("`", "");
  if (said === "0") return false;
  const factors: Record<string, number> = { MiB: 2 ** 20, GiB: 2 ** 30, million: 1e6 };
  return Number(number) * (factors[unit ?? ""] ?? 1);
}

const sentenceFor = (variables: Record<string, string>): string => messageOf(() => configured(variables));

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toMatchObject({ code: "bad_configuration" });
    return (error as Error).message;
  }
  return "nothing is wrong";
}
