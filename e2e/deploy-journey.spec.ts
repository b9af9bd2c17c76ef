import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { type BuildOutput, bytesByPackage, readBuildOutput } from "@/lib/testing/vercel/build-output";
import {
  asEnvFile,
  buildForVercel,
  checkOut,
  installCli,
  run,
  type Said,
} from "@/lib/testing/vercel/build-with-vercel";
import { Deployment } from "@/lib/testing/vercel/deployment";
import { type Surroundings, startSurroundings } from "@/lib/testing/vercel/surroundings";
import { deleteAndLeave, expectAllLoaded, galleryImages, openPicturePage, uploadFiles } from "./fixtures";
import { commandsUnder, variablesOfDocument } from "./support/deploy-document";
import { makeAccount, makeToken, signInAgain, writeFormats } from "./support/first-steps";
import { photographsFolder } from "./support/photos";
import { ask } from "./support/untrusted-https";

// What .github/DEPLOY.md says, followed to the letter: `npm run test:deploy`.
test.describe.configure({ mode: "serial", timeout: 900_000 });
test.use({ ignoreHTTPSErrors: true });

const MB = 1_000_000;
const photo = (name: string) => path.join(photographsFolder, name);

let around: Surroundings;
let checkout: ReturnType<typeof checkOut>;
let cli: string;
let settings: Record<string, string>;
let built: Said;
let output: BuildOutput;
let deployment: Deployment;

test.beforeAll(async () => {
  test.setTimeout(900_000);
  around = await startSurroundings();
  checkout = checkOut();
  cli = installCli(path.join(around.folder, "cli"));
  const ofKeys = variablesOfDocument().filter(({ needed }) => needed !== "on AWS, instead of the two keys");
  const values: Record<string, string> = around.settings;
  settings = Object.fromEntries(ofKeys.map(({ name }) => [name, values[name] ?? `no value for ${name}`]));
});
test.afterAll(async () => {
  await deployment?.stop();
  await around?.stop();
  checkout?.remove();
});

/** Runs lines of the document in the checkout, in one shell, and returns what they said. */
async function follow(lines: string[], variables: Record<string, string> = {}): Promise<string> {
  const { code, log } = await run("bash", ["-ec", lines.join("\n")], checkout.folder, variables);
  expect(code, log).toBe(0);
  return log;
}

test("the document names every command that is run here, and the version of the command line", () => {
  expect(commandsUnder("5. The project")).toEqual([
    "npx vercel@58.10.0 link",
    "npx vercel@58.10.0 pull --environment production",
    "npx vercel@58.10.0 build --prod",
    "npx vercel@58.10.0 deploy --prebuilt --prod",
  ]);
  expect(Object.keys(settings).sort()).toEqual(Object.keys(around.settings).sort());
});

test("without settings the build stops, and says in a sentence each what is missing", async () => {
  const { code, log } = await buildForVercel(cli, checkout.folder, {});
  expect(code).toBe(1);
  const sentences = log.split("\n").filter((line) => line.startsWith("Set "));
  expect(sentences.map((line) => /^Set (\w+)\b.*\.$/.exec(line)?.[1])).toEqual([
    ...["DATABASE_URL", "S3_BUCKET", "AUTH_SECRET", "APP_ORIGIN"],
  ]);
  expect(log.split('Running "npm run vercel-build"')[1]).not.toMatch(/^ +at /m);
});

test("the bucket is set up, and the app's policy printed", async () => {
  await run("mkdir", ["-p", "data"], checkout.folder);
  await writeFile(path.join(checkout.folder, "data", "vercel.env"), asEnvFile(settings));
  const log = await follow(commandsUnder("3. The bucket"), { DOMAIN: around.domain });
  expect(log).toContain("Create the bucket pictures in eu-central-1");
  expect(log).toContain(`Allow pages of https://${around.domain} to send and to read`);
  const [policy = "", ...byAws] = commandsUnder("4. What the app may do");
  await follow(["set -a; . ./data/vercel.env; set +a", policy]);
  const { Statement } = JSON.parse(await readFile(path.join(checkout.folder, "policy.json"), "utf8"));
  expect(Statement.length).toBeGreaterThan(0);
  expect(byAws.every((line) => line.startsWith("aws iam "))).toBe(true);
});

test("the build migrates and ends with the set-up link; what opens the database is not in its log", async () => {
  built = await buildForVercel(cli, checkout.folder, { ...settings, ...around.ofVercel });
  expect(built.code, built.log).toBe(0);
  expect(built.log).toContain(`Pail is built for https://${around.domain}, and its database is up to date.`);
  expect(setupLinkIn(built.log)).not.toBeNull();
  for (const name of ["TURSO_AUTH_TOKEN", "AUTH_SECRET", "CRON_SECRET", "AWS_SECRET_ACCESS_KEY"])
    expect(built.log).not.toContain(settings[name]);
  const again = await follow(
    ["set -a; . ./data/vercel.env; set +a", ...commandsUnder("6. The first account")],
    { APP_ORIGIN: `https://${around.domain}` },
  );
  expect(again).toContain(setupLinkIn(built.log));
});

const setupLinkIn = (log: string): string | null => /https:\/\/\S+\/setup\?token=\S+/.exec(log)?.[0] ?? null;

test("functions carry what they need and no more", () => {
  output = readBuildOutput(checkout.folder);
  const sizes = output.functions.map((one) => {
    const bytes = Object.entries(bytesByPackage(one));
    const ofSharp = bytes.filter(([name]) => /^sharp$|^@img\//.test(name));
    return { path: one.paths[0] ?? "", bytes: one.bytes, withoutSharp: one.bytes - sum(ofSharp) };
  });
  for (const { path: at, bytes, withoutSharp } of sizes)
    console.log(`${at}: ${(bytes / MB).toFixed(2)} MB, ${(withoutSharp / MB).toFixed(2)} MB without sharp`);
  for (const { path: at, bytes, withoutSharp } of sizes)
    expect([at, at === "/_middleware" ? bytes < MB : withoutSharp < 30 * MB]).toEqual([at, true]);
  const names = output.functions.flatMap(({ files }) => Object.keys(files));
  expect(names.filter((name) => unwanted.test(name))).toEqual([]);
  expect(names).toContain("lib/decoder/process.mjs");
  expect(names).toContain("app/_phone/service-worker.js");
  expect(output.config.crons).toEqual([{ path: "/cron", schedule: "0 4 * * *" }]);
  const cron = output.functions.find(({ paths }) => paths.includes("/cron"));
  expect(cron).toMatchObject({ maxDuration: 300, memory: 2048 });
});

/** Native drivers, the local bucket, what only tests use, and what only this machine is told. */
const unwanted =
  /(^|\/)node_modules\/(better-sqlite3|libsql\/|@libsql\/(linux|darwin|win32))|local-bucket|lib\/(testing|bench)\/|(^|\/)(\.env(?!\.example$)|data\/)/;
const sum = (entries: [string, number][]): number => entries.reduce((total, [, bytes]) => total + bytes, 0);

test("without settings every page says what to set, and so does the API; nothing is written", async () => {
  const bare = await Deployment.start(output, { ...around, env: {} });
  try {
    const origin = `https://localhost:${bare.port}`;
    for (const place of [
      "/",
      "/sign-in",
      "/setup?token=x",
      "/healthz",
      "/cron",
      "/api/v1/images",
      "/api/v1/openapi.json",
    ]) {
      const response = await ask(origin + place);
      expect([place, response.status]).toEqual([place, 503]);
      for (const name of ["TURSO_DATABASE_URL", "S3_BUCKET", "AUTH_SECRET", "APP_ORIGIN"])
        expect(response.text).toContain(name);
      const isJson = /^\/(api|healthz|cron)/.test(place);
      expect(isJson ? typeof JSON.parse(response.text) : response.text).not.toMatch(
        isJson ? /string/ : /<|{/,
      );
    }
    expect(bare.log).not.toMatch(/EROFS|EACCES|\n +at /);
  } finally {
    await bare.stop();
  }
});

test("from the link in the log to pictures of every format, deleted again; then a program, and the schedule", async ({
  page,
}) => {
  const errors: string[] = [];
  page.on("console", (message) => {
    // A browser takes no service worker by a certificate that it was told to overlook; what the menu asks for may come after the end.
    const isExpected =
      message.text().includes("An SSL certificate error occurred") ||
      message.location().url.endsWith("/stored");
    if (message.type() === "error" && !isExpected) errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  const origin = `https://${around.domain}`;
  deployment = await Deployment.start(output, { ...around, env: { ...settings, ...around.ofVercel } });

  await makeAccount(page, setupLinkIn(built.log) ?? "");
  await signInAgain(page);
  expect((await page.context().cookies()).find(({ name }) => name === "__Host-pail")).toMatchObject({
    httpOnly: true,
    secure: true,
    sameSite: "Lax",
  });

  await uploadFiles(page, await writeFormats(around.folder));
  await expectAllLoaded(page, 6);
  await page.reload();
  await expectAllLoaded(page, 6);

  await openPicturePage(page.getByRole("img", { name: "alpine-path-phone", exact: true }));
  await expect(page).toHaveURL(/\/images\/[0-9a-f-]{36}$/);
  await page.reload();
  await expect(page.getByRole("article").getByRole("img")).toBeVisible();
  await deleteAndLeave(page);
  await expect(galleryImages(page)).toHaveCount(5);

  const secret = await makeToken(page, origin);
  const heic = await readFile(photo("quadrants.heic"));
  const post = (name: string, body: Buffer) =>
    ask(`${origin}/api/v1/images?name=${name}`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}` },
      body,
    });
  const sent = await post("quadrants.heic", heic);
  expect([sent.status, JSON.parse(sent.text).width]).toEqual([200, expect.any(Number)]);
  // Vercel itself, as the document says.
  expect((await post("large.jpg", Buffer.alloc(5 * MB))).status).toBe(413);
  const uploaded = await run(
    "npm",
    [
      "run",
      "--silent",
      "manage",
      "--",
      "upload",
      "--origin",
      origin,
      photo("brook.jpg"),
      photo("alpine-path-phone.heic"),
    ],
    checkout.folder,
    { PAIL_TOKEN: secret, NODE_EXTRA_CA_CERTS: around.certificate.certFile },
  );
  expect(uploaded.code, uploaded.log).toBe(0);
  await page.goto(origin);
  await expectAllLoaded(page, 8);

  expect((await ask(`${origin}/cron`)).status).toBe(401);
  const swept = await ask(`${origin}/cron`, { headers: { authorization: `Bearer ${settings.CRON_SECRET}` } });
  expect(swept.status, swept.text).toBe(200);
  expect(Object.keys(JSON.parse(swept.text))).toEqual(expect.arrayContaining(["sweep", "reconcile"]));
  expect(Object.values(JSON.parse(swept.text))).not.toContain(null);

  expect(errors).toEqual([]);
  expect(deployment.log).not.toMatch(/"level":(40|50)/);
  for (const value of [settings.TURSO_AUTH_TOKEN, settings.AWS_SECRET_ACCESS_KEY, secret])
    expect(deployment.log).not.toContain(value);
});
