import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { test as base, expect, galleryImages, openMenu } from "./fixtures";
import { PailServer } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

const projectDir = path.resolve(import.meta.dirname, "..");
// Chromium itself reports requests that found nobody.
const networkErrors = /net::ERR_|Failed to load resource|status of 5\d\d/;
const serverErrors = /fetch failed|Failed to fetch|unexpected response/;

/** Two instances that nobody restarts: of two builds where there is another, or else of the same. */
const test = base.extend<object, { pail: PailServer }>({
  pail: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's shape.
    async ({}, use) => {
      const dataDir = await mkdtemp(path.join(os.tmpdir(), "pail-bucket-"));
      const [accessKeyId, secretAccessKey, region] = ["AKIABOTH", "a-secret-of-both", "us-east-1"];
      const bucket = await startLocalBucket({
        dataDir,
        region,
        credentials: { accessKeyId, secretAccessKey },
      });
      const pail = await PailServer.prepare({
        instances: [projectDir, process.env.PAIL_OTHER_BUILD ?? projectDir],
        env: {
          S3_BUCKET: "both",
          S3_ENDPOINT: bucket.url,
          S3_REGION: region,
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_SECRET_ACCESS_KEY: secretAccessKey,
        },
        leavesBucket: true,
      });
      pail.bucketWire.leadTo(bucket.port);
      await pail.manage("bucket", "setup");
      await pail.run();
      await use(pail);
      await pail.stop();
      await bucket.close();
      await rm(dataDir, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 600_000 },
  ],
});

test("the set-up link of one instance opens at the other", async ({ pail }) => {
  const { pathname, search } = new URL(pail.setupUrl ?? "");
  for (const origin of pail.instanceOrigins) {
    expect(await (await fetch(`${origin}${pathname}${search}`)).text()).toContain('type="password"');
    expect(await (await fetch(`${origin}${pathname}?token=wrong`)).text()).not.toContain('type="password"');
  }
});

test("the scripts of one instance's page come from the other", async ({ pail, user }) => {
  const [first = "", second = ""] = pail.instanceOrigins;
  const headers = { cookie: `pail=${user.token}` };
  const html = await (await fetch(first, { headers })).text();
  const paths = [...new Set([...html.matchAll(/\/_next\/static\/[\w./~-]+/g)].map(([found]) => found))];
  expect(paths.length).toBeGreaterThan(5);
  for (const place of paths) {
    const [one, other] = await Promise.all([first, second].map((origin) => fetch(`${origin}${place}`)));
    expect([place, other?.status]).toEqual([place, 200]);
    expect(await other?.text()).toBe(await one?.text());
  }
});

test("a session that is ended at one instance has ended at both", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  // What the menu asks for as it opens may come after the end.
  expectedErrors.push(/401 \(Unauthorized\) \(\S+\/stored\)/);
  const headers = { cookie: `pail=${user.token}` };
  const statuses = async () => {
    const asked = pail.instanceOrigins.map((origin) => fetch(origin, { headers, redirect: "manual" }));
    return (await Promise.all(asked)).map(({ status }) => status);
  };
  expect(await statuses()).toEqual([200, 200]);
  await page.goto("/");
  await openMenu(page);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  expect(await statuses()).toEqual([307, 307]);
});

test("an upload goes on while one instance after the other is killed and started again", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  expectedErrors.push(networkErrors, serverErrors);
  const photographs = await makePhotographs(8);
  await page.goto("/");
  for (const index of [0, 1]) {
    const chosen = photographs.slice(4 * index, 4 * index + 4);
    pail.bucketWire.hold(4_000_000);
    await page
      .getByLabel("Choose pictures", { exact: true })
      .setInputFiles(chosen.map((photograph) => photograph.path));
    await expect.poll(() => pail.bucketWire.holding).toBe(true);
    await pail.killInstance(index);
    pail.bucketWire.mend();
    await expect(galleryImages(page)).toHaveCount(4 * index + 4, { timeout: 120_000 });
    await pail.runInstance(index);
  }
  const rows = pail.query<{ sha256: string }>("select sha256 from images where owner_id = ?", user.id);
  const found = rows.map((row) => Buffer.from(row.sha256, "base64").toString("hex")).sort();
  expect(found).toEqual(photographs.map((photograph) => photograph.sha256).sort());
});
