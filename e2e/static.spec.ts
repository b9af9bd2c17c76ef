import fs from "node:fs";
import path from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { copyProject } from "../lib/testing/project-copy";
import { test as base, expect, expectAllLoaded, uploadFiles } from "./fixtures";
import { PailServer } from "./support/pail-server";
import { makePhotographs } from "./support/photos";
import { StaticHost } from "./support/static-host";

/** A Pail that was built for STATIC_URL, whose own copies of the assets are deleted: it can serve none. */
const test = base.extend<object, { pail: PailServer; host: StaticHost }>({
  host: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's shape.
    async ({}, use) => {
      const host = new StaticHost();
      await host.open();
      await use(host);
      await host.close();
    },
    { scope: "worker" },
  ],
  pail: [
    async ({ host }, use) => {
      const copy = copyProject();
      try {
        const pail = await PailServer.start({ folder: copy.folder, env: { STATIC_URL: `${host.url}/` } });
        host.leadTo(pail);
        await use(pail);
        await pail.stop();
      } finally {
        copy.remove();
      }
    },
    { scope: "worker", timeout: 600_000 },
  ],
});

test("with STATIC_URL the app server serves no asset: the gallery, its worker and its pictures work all the same", async ({
  page,
  pail,
  host,
  user,
}) => {
  const preview = await pail.manage<{ changed: string[] }>("collect-static", "--dry-run");
  expect(preview.changed).toEqual(
    expect.arrayContaining(["icon.svg", expect.stringMatching(/^_next\/static\/.*\.css$/)]),
  );
  expect(await pail.manage("collect-static")).toEqual({ ...preview, deleted: [] });
  const { s3, name: Bucket } = await pail.bucket();
  const old = "_next/static/chunks/of-an-earlier-build.js";
  await s3.send(new PutObjectCommand({ Bucket, Key: `static/${old}`, Body: "old" }));
  expect(await pail.manage("collect-static")).toMatchObject({ changed: [], leftovers: [old], deleted: [] });
  expect(await pail.manage("collect-static", "--delete")).toMatchObject({ changed: [], deleted: [old] });
  expect(await pail.manage("collect-static")).toMatchObject({ changed: [], leftovers: [] });

  for (const folder of [".next/static", "public"]) {
    fs.rmSync(path.join(pail.folder, folder), { recursive: true });
  }
  const asked: string[] = [];
  page.context().on("request", (request) => {
    if (!["document", "fetch", "xhr"].includes(request.resourceType())) asked.push(request.url());
  });
  await page.goto("/");
  const photographs = await makePhotographs(2, { megapixels: 1 });
  await uploadFiles(
    page,
    photographs.map((photograph) => photograph.path),
  );
  await page.reload();
  await expectAllLoaded(page, photographs.length);
  // The tab’s icon while it sends is drawn by the app; a worker for all pages can only be of their own origin, and asks for them too.
  const ofApp = /\/progress-icon\/|\/(worker\.js|offline|manifest\.webmanifest)?$/;
  const assets = asked.filter((url) => !ofApp.test(url));
  expect(assets.filter((url) => url.startsWith(pail.origin))).toEqual([]);
  expect(host.served).toEqual(expect.arrayContaining([expect.stringMatching(/turbopack-worker/)]));
  expect(pail.query("select count(*) as n from images where owner_id = ?", user.id)).toEqual([{ n: 2 }]);
});

test("media stay private: neither the static host nor the bucket gives one to whoever has not signed", async ({
  page,
  pail,
  host,
  user,
}) => {
  await page.goto("/");
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  await uploadFiles(page, photograph?.path ?? "");
  const [row] = pail.query<{ keys: string }>("select keys from images where owner_id = ?", user.id);
  const key: string = JSON.parse(row?.keys ?? "").original;
  const { name } = await pail.bucket();
  expect((await fetch(`${pail.bucketOrigin}/${name}/${key}`)).status).toBe(403);
  expect((await fetch(`${host.url}/../${key}`)).ok).toBe(false);
  expect((await fetch(`${host.url}/%2e%2e/${key}`)).ok).toBe(false);
});
