import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { readZip } from "@/lib/testing/read-zip";
import { expect, test } from "./fixtures";
import type { Hand } from "./hand";
import { addOriginals } from "./seed";

const MB = 1_000_000;
const broken =
  /Cross-Origin Request Blocked|access control checks|CONSOLE NETWORK ERROR|connection was lost|Connection reset by peer|Load failed/;

test.describe("many as one zip", () => {
  test("lands on the disk as a whole, also over a network that breaks", async ({
    hand,
    pail,
    expectedErrors,
  }) => {
    expectedErrors.push(broken);
    const user = pail.addUser();
    await hand.signIn(user);
    await untilWorker(hand);
    const originals = await addOriginals(hand, pail, user, [
      { name: "lake.jpg", bytes: 3 * MB },
      { name: "LAKE.JPG", bytes: 2 * MB },
      { name: "호수 사진.jpg", bytes: 1000 },
      // Larger than what is fetched ahead.
      { name: "large.jpg", bytes: 40 * MB },
    ]);
    await selectAll(hand, 5);
    pail.appWire.reset();
    pail.bucketWire.cutAnswers(15 * MB);
    await hand.click("button", "Download");
    await hand.see("There is no connection. It goes on by itself once there is one.");
    pail.bucketWire.mend();
    await hand.see("5 pictures in Pail.zip");
    const entries = readZip(await downloaded(hand));
    const names = entries.map(({ name }) => name);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(5);
    expect(names).toEqual(expect.arrayContaining(["호수 사진.jpg", "large.jpg"]));
    expect(entries.map(({ bytes }) => hash(bytes))).toEqual(expect.arrayContaining(originals.map(hash)));
    expect(pail.appWire.sentBytes).toBeLessThan(MB);
    expect(await readdir(hand.page.downloadsFolder)).toEqual(["Pail.zip"]);
  });

  for (const end of ["page", "worker"] as const)
    test.describe(`whose ${end} goes`, () => {
      // Firefox ends a worker that has heard nothing for twice as long. It listens to what a page says every ten seconds.
      const idle = end === "page" ? 6000 : 500;
      const prefs = {
        "dom.serviceWorkers.idle_timeout": idle,
        "dom.serviceWorkers.idle_extended_timeout": idle,
      };
      test.use({ prefs });

      test("is no half file that nobody is told of", async ({ hand, pail, kind, expectedErrors }) => {
        expectedErrors.push(broken);
        const user = pail.addUser();
        await hand.signIn(user);
        await untilWorker(hand);
        await addOriginals(hand, pail, user, [{ name: "large.jpg", bytes: 40 * MB }]);
        await selectAll(hand, 2);
        pail.bucketWire.cutAnswers(15 * MB);
        await hand.click("button", "Download");
        await expect.poll(() => pail.bucketWire.broken).toBe(true);
        if (end === "worker") {
          await hand.page.killServiceWorker();
          if (kind === "webkit") await expect.poll(() => hand.page.evaluate(hasWorker)).toBe(false);
          else await sleep(6 * idle);
          pail.bucketWire.mend();
          await hand.see("The browser has stopped the download");
          await expect(
            readFile(path.join(hand.page.downloadsFolder, "Pail.zip")).then(readZip),
          ).rejects.toThrow();
          return;
        }
        await hand.goto("/albums");
        pail.bucketWire.mend();
        if (kind === "webkit") return expect.poll(() => hand.page.readFailedDownloads()).toHaveLength(1);
        // By then the worker has ended. What lies there beside Pail.zip is what Firefox goes on from, if one wants it to.
        await sleep(15_000);
        expect((await stat(path.join(hand.page.downloadsFolder, "Pail.zip"))).size).toBe(0);
      });
    });
});

/** Runs in the page. */
const hasWorker = () => navigator.serviceWorker.getRegistration().then((one) => one !== undefined);

const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** As often as it takes: WebKit may still be leaving the page before. */
const untilWorker = (hand: Hand) =>
  expect(() =>
    hand.page.evaluate(() => navigator.serviceWorker.ready.then(({ active }) => active !== null)),
  ).toPass();

async function selectAll(hand: Hand, count: number): Promise<void> {
  await hand.focusTile(0);
  await hand.press("Space");
  await hand.see("1 selected · ");
  await hand.press("a", "Control");
  await hand.see(`${count} selected · `);
}

/** Once the browser has it as a whole. */
async function downloaded(hand: Hand): Promise<Buffer> {
  const file = path.join(hand.page.downloadsFolder, "Pail.zip");
  await expect
    .poll(() => promisify(execFile)("unzip", ["-tqq", file]).then(() => "whole", String))
    .toBe("whole");
  return readFile(file);
}
