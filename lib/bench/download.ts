import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Browser } from "@playwright/test";
import { PailServer } from "@/e2e/support/pail-server";
import { makePhotographs } from "@/e2e/support/photos";
import { launchChromium } from "./chromium";
import { ratioLine } from "./figures";
import { PlainPage } from "./plain-page";
import { rendererBytes } from "./renderer-memory";

const pictureMB = 50;
const smallMB = 250;
const sampleMs = 500;

/**
 * Many pictures as one zip, 2 GB unless told: how fast it comes, and how much memory the page takes, beside that of a small one. To a
 * file, and through the service worker, where `unzip -t` looks at what has come. Over 4 GB (`download:4500`) it is a 64-bit zip.
 */
export async function benchDownload(parameter = ""): Promise<void> {
  const megabytes = Number(parameter || 2000);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pail-bench-download-"));
  const pail = await PailServer.start();
  const browser = await launchChromium();
  try {
    for (const way of ["file", "worker"] as const) {
      const small = await measure(pail, browser, folder, way, smallMB);
      const large = await measure(pail, browser, folder, way, megabytes);
      const pace = megabytes / large.seconds;
      console.log(
        `download of ${megabytes} MB by ${way}: ${large.seconds.toFixed(0)} s, ${pace.toFixed(0)} MB/s; ` +
          `the page's process ${mb(large.peakBytes)} MB, ${mb(small.peakBytes)} MB for ${smallMB} MB; ` +
          `through the app ${mb(large.appBytes)} MB`,
      );
      console.log(
        ratioLine(`memory by ${way}, large to small`, large.peakBytes / small.peakBytes, "at most 1.3"),
      );
    }
  } finally {
    await browser.close();
    await pail.stop();
    fs.rmSync(folder, { recursive: true });
  }
}

const mb = (bytes: number): string => (bytes / 1e6).toFixed(0);

async function measure(
  pail: PailServer,
  browser: Browser,
  folder: string,
  way: "file" | "worker",
  megabytes: number,
) {
  const user = pail.addUser();
  await seed(pail, browser, user, megabytes);
  const page = await PlainPage.open(browser, pail.origin, { name: "pail", value: user.token });
  await page.downloadInto(folder);
  await page.evaluate("navigator.serviceWorker.ready.then(() => {})");
  await page.evaluate(way === "file" ? picksFile : "void (window.showSaveFilePicker = undefined)");
  await page.evaluate(selectAll);
  pail.appWire.reset();
  const began = performance.now();
  await page.evaluate("button('Download').click()");
  let peakBytes = 0;
  for (;;) {
    peakBytes = Math.max(peakBytes, await rendererBytes(browser));
    const said = await page.evaluate<string>(
      "[...document.querySelectorAll('section h2')].at(-1)?.textContent ?? ''",
    );
    if (/^\d+ pictures? in/.test(said)) break;
    if (/could not|stopped/.test(said))
      throw new Error(`${said}: ${await page.evaluate("document.body.innerText")}`);
    await sleep(sampleMs);
  }
  const seconds = (performance.now() - began) / 1000;
  const { sentBytes: appBytes } = pail.appWire;
  if (way === "file") {
    const bytes = await page.evaluate<number>("writtenBytes");
    if (bytes < megabytes * 1e6) throw new Error(`the zip has ${bytes} bytes`);
  } else await examine(folder);
  await page.close();
  return { seconds, peakBytes, appBytes };
}

/** Whose pictures together are so large: one object, under many rows. */
async function seed(
  pail: PailServer,
  browser: Browser,
  user: { id: string; token: string },
  megabytes: number,
) {
  const context = await browser.newContext({ baseURL: pail.origin });
  await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
  const page = await context.newPage();
  await page.goto("/");
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(photograph?.path ?? "");
  const [owned, key] = ["select id from images where owner_id = ?", `media/${user.id}/original.jpg`];
  while (pail.query(owned, user.id).length === 0) await page.waitForTimeout(200);
  await context.close();
  const { s3, name: Bucket } = await pail.bucket();
  const bytes = pictureMB * 1_000_000;
  await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: randomBytes(bytes) }));
  s3.destroy();
  pail.query(
    "update images set bytes = ?, keys = json_set(keys, '$.original', ?) where owner_id = ?",
    ...[bytes, key, user.id],
  );
  pail.copyImage(user.id, Math.ceil(megabytes / pictureMB) - 1);
}

/**
 * A file that holds the last block alone: what such a context writes it keeps in memory, of which it has not so much. The other way
 * shows that the bytes are right.
 */
const picksFile = `void (window.showSaveFilePicker = async () => {
  const handle = await (await navigator.storage.getDirectory()).getFileHandle("zip", { create: true });
  const create = handle.createWritable.bind(handle);
  globalThis.writtenBytes = 0;
  handle.createWritable = async () => {
    const writable = await create();
    return {
      async write(block) {
        writtenBytes += block.length;
        await writable.write({ type: "write", position: 0, data: block });
      },
      close: () => writable.close(),
      abort: () => writable.abort(),
    };
  };
  return handle;
})`;

const selectAll = `(async () => {
  globalThis.button = (text) => [...document.querySelectorAll("button")].find((one) => one.textContent.trim() === text);
  while (!button("Download")) {
    document.querySelector("main li a").dispatchEvent(
      new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: true }));
    await new Promise((later) => setTimeout(later, 1000));
  }
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "a", code: "KeyA", ctrlKey: true, bubbles: true, cancelable: true }));
  await new Promise((later) => setTimeout(later, 1000));
})()`;

/** What the browser has put into the folder, and takes it away. */
async function examine(folder: string): Promise<void> {
  let names: string[] = [];
  do {
    await sleep(sampleMs);
    names = fs.readdirSync(folder);
  } while (names.length !== 1 || names[0]?.endsWith(".crdownload"));
  const file = path.join(folder, names[0] ?? "");
  const { status, error, stdout } = spawnSync("unzip", ["-tq", file], { encoding: "utf8" });
  if (error !== undefined) console.log("  there is no unzip here, so nothing has looked at the zip");
  else if (status !== 0) throw new Error(`unzip: ${stdout}`);
  else console.log(`  ${stdout.trim()}`.replace(file, "the zip"));
  fs.rmSync(file);
}
