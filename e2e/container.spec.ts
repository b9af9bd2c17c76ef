import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { startLibsqlDouble } from "@/lib/testing/libsql-double/libsql-double";
import { Container, firstProcessOf, Image } from "@/lib/testing/packed/container";
import { freePorts } from "@/lib/testing/stores/free-ports";
import { expectAllLoaded, uploadFiles } from "./fixtures";
import { makeAccount } from "./support/first-steps";
import { photographsFolder } from "./support/photos";

// The image of the Dockerfile, built and run without an engine: `npm run test:container`.
test.describe.configure({ mode: "serial", timeout: 1_800_000 });

const heic = path.join(photographsFolder, "alpine-path-phone.heic");
let scratch: string;
let image: Image;

test.beforeAll(() => {
  test.setTimeout(1_800_000);
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "pail-container-"));
  image = new Image(scratch);
});
test.afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

/** Published ports are an engine's; here both networks are one. */
async function addresses(): Promise<Record<string, string>> {
  const [app, bucket] = await freePorts(2);
  return { HOST: "127.0.0.1", PORT: String(app), S3_PORT: String(bucket) };
}

test("the image holds the packed folder and nothing that made it, and runs as nobody in particular", () => {
  const { User, Env, WorkingDir, Cmd, Volumes } = image.config;
  expect({ User, WorkingDir, Cmd, volumes: Object.keys(Volumes) }).toEqual({
    ...{ User: "1000:1000", WorkingDir: "/pail", Cmd: ["node", "server.js"], volumes: ["/data"] },
  });
  expect(Env).toEqual(expect.arrayContaining(["HOST=0.0.0.0", "DATA_DIR=/data", "HOME=/data"]));
  expect(fs.existsSync(path.join(image.root, "src"))).toBe(false);
  const { uid, mode } = fs.statSync(path.join(image.root, "data"));
  expect([uid, mode & 0o777]).toEqual([1000, 0o700]);
  expect(fs.statSync(path.join(image.root, "pail", "server.js")).uid).toBe(0);
});

test("the compose files ask for what is tried here", () => {
  for (const file of ["compose.yaml", ".github/compose.elsewhere.yaml"]) {
    const text = fs.readFileSync(path.resolve(import.meta.dirname, "..", file), "utf8");
    expect(text).toContain("read_only: true");
    expect(text).toMatch(/tmpfs:\n +- \/tmp\n/);
    expect(text).toMatch(/cap_drop:\n +- ALL\n/);
    expect(text).toMatch(/security_opt:\n +- no-new-privileges:true\n/);
  }
});

test("alone with a volume: a first account, pictures, health, a stop, and all of it again after", async ({
  page,
}) => {
  const env = await addresses();
  const container = new Container(image, scratch, env);
  const server = container.run();
  const origin = await server.said(/^Pail is at (\S+)$/m);
  const status = fs.readFileSync(`/proc/${firstProcessOf(server)}/status`, "utf8");
  expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
  expect(status).toMatch(/^CapBnd:\t0+$/m);
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  expect(status).toMatch(/^NSpid:\t\d+\t1$/m);
  for (const place of ["/pail/x", "/pail/.next/x", "/x"]) {
    const touch = container.run(["touch", place]);
    expect([await touch.ended, touch.err]).toEqual([1, expect.stringContaining("Read-only file system")]);
  }
  await makeAccount(page, await server.said(/^Make the first account: (\S+)$/m));
  await uploadFiles(page, [heic]);
  await expectAllLoaded(page, 1);
  expect(await container.health()).toBe(0);
  const doctor = container.run(["node", "server.js", "bucket", "doctor"]);
  expect(await doctor.ended, doctor.out + doctor.err).toBe(0);

  process.kill(firstProcessOf(server), "SIGTERM");
  expect(await server.ended).toBe(0);
  expect(await container.health()).toBe(1);
  expect(server.out + server.err).not.toMatch(/"level":(40|50)/);

  const again = container.run();
  await again.said(/^Pail is at /m);
  await page.goto(origin);
  await expectAllLoaded(page, 1);
  process.kill(firstProcessOf(again), "SIGTERM");
  expect(await again.ended).toBe(0);
});

test("with a bucket and a database elsewhere it keeps nothing of its own", async ({ page }) => {
  const credentials = { accessKeyId: "AKIAPAIL", secretAccessKey: "a-secret-key-of-this-test" };
  const region = "eu-central-1";
  const store = await startLocalBucket({ dataDir: path.join(scratch, "store"), region, credentials });
  const database = await startLibsqlDouble({ token: "a-token-of-this-test" });
  const container = new Container(image, scratch, {
    ...(await addresses()),
    DATABASE_URL: database.url,
    TURSO_AUTH_TOKEN: "a-token-of-this-test",
    AUTH_SECRET: "a secret of this test, which is long enough",
    S3_BUCKET: "pictures",
    S3_ENDPOINT: store.url,
    S3_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });
  try {
    const setUp = container.run(["node", "server.js", "bucket", "setup"]);
    expect(await setUp.ended, setUp.err).toBe(0);
    const server = container.run();
    await makeAccount(page, await server.said(/^Make the first account: (\S+)$/m));
    await uploadFiles(page, [heic]);
    await expectAllLoaded(page, 1);
    expect(await container.health()).toBe(0);
    process.kill(firstProcessOf(server), "SIGTERM");
    expect(await server.ended).toBe(0);
    expect(fs.readdirSync(container.volume)).toEqual([]);
  } finally {
    await Promise.all([store.close(), database.close()]);
  }
});
