import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { request } from "node:http";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import Database from "better-sqlite3";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { manage, PackedPail, packPail } from "@/lib/testing/packed/packed-pail";
import { freePorts } from "@/lib/testing/stores/free-ports";
import { expectAllLoaded, openMenu, uploadFiles } from "./fixtures";
import { makeAccount, makeToken, signIn, signInAgain, writeFormats } from "./support/first-steps";
import { photographsFolder } from "./support/photos";

// What `standalone` packs, on a machine that has nothing but Node: `npm run test:standalone`.
test.describe.configure({ mode: "serial", timeout: 900_000 });

const photo = (name: string) => path.join(photographsFolder, name);
let scratch: string;
let packed: string;
let pail: PackedPail;
let token: string;

test.beforeAll(async () => {
  test.setTimeout(900_000);
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "pail-standalone-"));
  packed = path.join(scratch, "dist");
  packPail(packed);
  pail = new PackedPail(packed);
});
test.afterAll(() => {
  pail?.remove();
  fs.rmSync(scratch, { recursive: true, force: true });
});

test("it is one folder under 90 MB that leads nowhere but into itself", () => {
  const entries = fs.readdirSync(packed, { recursive: true, withFileTypes: true });
  const bytes = Number.parseInt(execFileSync("du", ["-sb", packed], { encoding: "utf8" }), 10);
  console.log(`${(bytes / 1e6).toFixed(1)} MB`);
  expect(bytes).toBeLessThan(90_000_000);
  const links = entries.filter((entry) => entry.isSymbolicLink());
  expect(links.length).toBeGreaterThan(0);
  for (const { parentPath, name } of links) {
    const target = fs.readlinkSync(path.join(parentPath, name));
    expect([target, path.isAbsolute(target)]).toEqual([target, false]);
    expect(fs.realpathSync(path.join(parentPath, name)).startsWith(`${packed}/node_modules/`)).toBe(true);
  }
  expect(fs.readdirSync(packed).sort()).toEqual(
    [
      ".next",
      "LICENSE",
      "app",
      "drizzle",
      "lib",
      "node_modules",
      "package.json",
      "public",
      "server.js",
    ].sort(),
  );
  // What browsers run as it is.
  expect(fs.readdirSync(path.join(packed, "app"), { recursive: true })).toEqual([
    "_phone",
    path.join("_phone", "service-worker.js"),
  ]);
});

test("systemd understands the unit, which lets the server end before its bucket", () => {
  const unit = path.resolve(import.meta.dirname, "..", ".github", "pail.service");
  expect(fs.readFileSync(unit, "utf8")).toMatch(/^KillMode=mixed$/m);
  const analyze = "/usr/bin/systemd-analyze";
  if (fs.existsSync(analyze)) execFileSync(analyze, ["verify", unit]);
});

test("it is not put where something else is", () => {
  fs.mkdirSync(path.join(scratch, "other"));
  fs.writeFileSync(path.join(scratch, "other", "letter.txt"), "Dear Ada");
  expect(() => manage("standalone", "--to", path.join(scratch, "other"))).toThrow(/holds something else/);
  expect(fs.readdirSync(path.join(scratch, "other"))).toEqual(["letter.txt"]);
});

test("from node server.js to pictures of every format; then a program, and every kind of command", async ({
  page,
}) => {
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  const server = await pail.start();
  try {
    await server.said(/^Make the first account: (\S+)$/m);
    expect(server.out.trim().split("\n")).toHaveLength(2);
    expect((await fetch(`${pail.origin}/healthz`)).status).toBe(200);
    await makeAccount(page, /http\S+\/setup\?token=\S+/.exec(server.out)?.[0] ?? "");
    await signInAgain(page);
    await uploadFiles(page, await writeFormats(scratch));
    await expectAllLoaded(page, 6);
    await page.reload();
    await expectAllLoaded(page, 6);

    token = await makeToken(page, pail.origin);
    const heic = await fetch(`${pail.origin}/api/v1/images?name=quadrants.heic`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: fs.readFileSync(photo("quadrants.heic")),
    });
    expect([heic.status, (await heic.json()).width]).toEqual([200, expect.any(Number)]);
    // Nobody may read the photographs where they are.
    fs.copyFileSync(photo("brook.jpg"), path.join(pail.folder, "..", "brook.jpg"));
    const file = path.join(pail.folder, "..", "brook.jpg");
    await ends(["upload", "--origin", pail.origin, file], 0, { PAIL_TOKEN: token });
    await page.goto(pail.origin);
    await expectAllLoaded(page, 8);

    expect(await ends(["migrate", "--json"])).toMatch(/^\{/);
    expect(await ends(["uploads", "sweep", "--json"])).toMatch(/^\{/);
    expect(await ends(["uploads", "reconcile"])).toMatch(/\S/);
    expect(await ends(["bucket", "doctor"])).toMatch(/libheif/);
    expect(await ends(["images", "refresh"])).toMatch(/\S/);
    expect(await ends(["--help"])).toContain("node server.js <command>");
    expect(await ends(["standalone"], 2)).toContain("This is a packed Pail already.");
    expect(errors).toEqual([]);
    expect(server.out + server.err).not.toMatch(/"level":(40|50)/);
  } finally {
    await server.stop();
  }
});

/** Runs a command to its end, and returns what it says. */
async function ends(args: string[], code = 0, variables: Record<string, string> = {}): Promise<string> {
  const command = pail.run(args, variables);
  const said = async () => `${args.join(" ")}: ${await command.ended}\n${command.out}${command.err}`;
  expect(await command.ended, await said()).toBe(code);
  return code === 0 ? command.out : command.err;
}

test("the bucket's process comes back", async () => {
  const server = await pail.start();
  try {
    const first = bucketOf(server.pid);
    process.kill(first, "SIGKILL");
    await expect.poll(() => bucketOf(server.pid)).not.toBe(first);
    await expect.poll(() => statusOf(`${pail.origin}/healthz`)).toBe(200);
  } finally {
    await server.stop();
  }
});

/** The process that serves the bucket; 0 while there is none. */
function bucketOf(pid: number): number {
  try {
    return Number(execFileSync("pgrep", ["-P", String(pid), "-f", "bucket serve"], { encoding: "utf8" }));
  } catch (error) {
    // How pgrep says that there is none.
    if ((error as { status?: number }).status === 1) return 0;
    throw error;
  }
}

async function statusOf(url: string): Promise<number> {
  try {
    return (await fetch(url)).status;
  } catch (error) {
    // fetch says no more of a connection that failed.
    if (error instanceof TypeError) return 0;
    throw error;
  }
}

test("SIGTERM lets an upload that is under way end, and ends with 0", async () => {
  const server = await pail.start();
  const bytes = fs.readFileSync(photo("dogs.jpg"));
  const options = {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-length": bytes.length },
  };
  const upload = request(`${pail.origin}/api/v1/images?name=dogs.jpg`, options);
  const answered = new Promise<number>((resolve, reject) => {
    upload.once("response", (answer) => resolve(answer.resume().statusCode ?? 0)).once("error", reject);
  });
  await new Promise((resolve) => upload.write(bytes.subarray(0, 1000), resolve));
  // Until the server has it for sure, and not only this machine's socket.
  await sleep(500);
  server.kill("SIGTERM");
  await expect.poll(() => statusOf(`${pail.origin}/healthz`)).toBe(0);
  upload.end(bytes.subarray(1000));
  expect(await answered).toBe(200);
  expect(await server.ended).toBe(0);
  expect(await statusOf(`http://127.0.0.1:${pail.bucketPort}/`)).toBe(0);
  await ends(["bucket", "check", "--deep"]);
});

test("a bucket elsewhere is examined and set up; addresses that a proxy tells count", async ({ browser }) => {
  const credentials = { accessKeyId: "AKIAPAIL", secretAccessKey: "a-secret-key-of-this-test" };
  const region = "eu-central-1";
  const store = await startLocalBucket({ dataDir: path.join(scratch, "store"), region, credentials });
  const elsewhere = {
    S3_BUCKET: "pictures",
    S3_ENDPOINT: store.url,
    S3_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    TRUST_PROXY: "1",
  };
  const other = new PackedPail(packed);
  [other.port = 0] = await freePorts(1);
  try {
    const refused = other.run([], elsewhere);
    expect(await refused.ended).toBe(1);
    expect(refused.err).toMatch(
      /^Pail does not start with this bucket\. .*“node server\.js bucket doctor”.*\n$/m,
    );
    expect(refused.err).not.toMatch(/\n +at /);
    const setUp = other.run(["bucket", "setup"], elsewhere);
    expect(await setUp.ended, setUp.err).toBe(0);
    const server = await other.start(elsewhere);
    try {
      const page = await browser.newPage({ extraHTTPHeaders: { "x-forwarded-for": "203.0.113.7" } });
      await makeAccount(page, await server.said(/^Make the first account: (\S+)$/m));
      await uploadFiles(page, [photo("alpine-path-phone.heic")]);
      await expectAllLoaded(page, 1);
      await openMenu(page);
      await page.getByRole("button", { name: "Sign out", exact: true }).click();
      await signIn(page, "a wrong guess");
      await expect(page.getByRole("alert").first()).toBeVisible();
      await page.close();
      const database = new Database(path.join(other.data, "pail.sqlite"), { readonly: true });
      expect(database.prepare("select 1 from rate_limits where key like '%203.0.113.7%'").all()).not.toEqual(
        [],
      );
      database.close();
      expect(bucketOf(server.pid)).toBe(0);
    } finally {
      expect(await server.stop()).toBe(0);
    }
  } finally {
    other.remove();
    await store.close();
  }
});
