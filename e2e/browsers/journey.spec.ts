import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import sharp from "sharp";
import { makeCorpus } from "@/lib/testing/corpus/corpus";
import type { CorpusFile } from "@/lib/testing/corpus/quadrants";
import { shownOf } from "../support/shown-of";
import { makeSlowPicture } from "../support/slow-picture";
import { expect, test } from "./fixtures";

// A server of its own, where nobody has an account yet.
test.use({ env: { TRASH_DAYS: "29" } });

const person = { name: "Ada", email: "ada@example.org", password: "a pail of pictures" };

/** All formats, and what turns their pictures. */
const chosen = [
  ...["baseline.jpg", "orientation 6.jpg", "orientation 2.jpg", "transparent.png", "orientation 3.png"],
  ...["an animation.gif", "lossy.webp", "transparent.webp", "turned 1.avif", "turned 2, mirrored 0.avif"],
  ...["zeros behind it.avif", "turned 3.heic"],
];

let folder: string;
let files: CorpusFile[];

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-browsers-"));
  const corpus = await makeCorpus();
  files = chosen.map((name) => corpus.find((file) => file.name === name) as CorpusFile);
  for (const { name, bytes } of files) await writeFile(path.join(folder, name), bytes);
});
test.afterAll(() => rm(folder, { recursive: true }));

test("from the set-up link to twelve pictures of all formats, an album and the dark", async ({
  hand,
  pail,
}) => {
  await test.step("an account, out, and in again", async () => {
    await hand.goto(pail.setupUrl ?? "");
    await hand.fill("Name", person.name);
    await hand.fill("Email", person.email);
    await hand.fill("Password", person.password);
    await hand.click("button", "Create account");
    await hand.see("No pictures yet");
    await hand.click("button", `Menu ${person.name}`);
    await hand.click("button", "Sign out");
    await hand.fill("Email", person.email);
    await hand.fill("Password", person.password);
    await hand.click("button", "Sign in");
    await hand.see("No pictures yet");
  });
  const [owner = { id: "" }] = pail.query<{ id: string }>(
    "select id from users where email = ?",
    person.email,
  );

  await test.step("twelve files become the pictures that they are", async () => {
    await hand.choose(
      "Choose pictures",
      files.map(({ name }) => path.join(folder, name)),
    );
    await hand.see(`${files.length} pictures added`);
    await hand.seePictures(files.length);
    expect(await shownOf(pail, owner.id, files)).toEqual(
      Object.fromEntries(files.map(({ name, shown }) => [name, shown])),
    );
    await expect.poll(async () => (await hand.pictures()).filter(({ width }) => width === 0)).toEqual([]);
    const tall = files.filter(({ shown }) => shown !== null && shown.height > shown.width).length;
    const shownTall = (await hand.pictures()).filter(({ width, height }) => height > width);
    expect(shownTall).toHaveLength(tall);
  });

  await test.step("a look, the arrows, a name, deleted and undone", async () => {
    const [first, second] = await hand.pictures();
    await hand.page.click('ul[aria-label="Pictures"] a');
    await expect.poll(() => hand.heading()).toBe(first?.title);
    await hand.press("ArrowRight");
    await expect.poll(() => hand.heading()).toBe(second?.title);
    await hand.press("ArrowLeft");
    await expect.poll(() => hand.heading()).toBe(first?.title);
    await hand.click("button", "Facts");
    await hand.click("button", "Rename");
    await hand.fill("Title", "Abend am See");
    await hand.press("Enter");
    await expect.poll(() => hand.heading()).toBe("Abend am See");
    await hand.click("button", "Delete");
    await expect.poll(() => hand.heading()).toBe(second?.title);
    await hand.click("button", "Back");
    await hand.seePictures(files.length - 1);
    await hand.click("button", "Undo");
    await hand.seePictures(files.length);
  });

  await test.step("an album of a folder", async () => {
    await hand.chooseFolder("Lake", await colours(3));
    // Before, the tray grows, and the button moves with it.
    await hand.seePictures(files.length + 3);
    await hand.click("button", "Make album");
    await hand.click("link", "Albums");
    await hand.click("link", "Lake3 pictures");
    await hand.seePictures(3);
    await hand.click("button", "Options");
    await hand.click("button", "Delete album");
    await hand.see("No albums yet");
    await hand.click("button", "Undo");
    await hand.click("link", "Lake3 pictures");
    await hand.seePictures(3);
  });

  await test.step("a picture that takes seconds to prepare, and shows that it goes on", async () => {
    const slow = await makeSlowPicture();
    // A fast machine is over a step before one has asked twice, and may be over it before it is drawn.
    await hand.page.evaluate(() => {
      const bars: Record<string, object> = {};
      const watch = () => {
        const [, step] = /Preparing, (\d) of 3/.exec(document.body.textContent) ?? [];
        if (step === undefined) return;
        const element = document.querySelector('[role="progressbar"][aria-label="slow.webp"]');
        const running = element
          ?.getAnimations({ subtree: true })
          .filter(({ playState }) => playState === "running");
        bars[step] = { isKnown: element?.hasAttribute("aria-valuenow"), running: running?.length };
        document.documentElement.dataset.bars = JSON.stringify(bars);
      };
      const all = { subtree: true, childList: true, characterData: true };
      new MutationObserver(watch).observe(document.body, all);
    });
    await hand.choose("Choose pictures", [slow]);
    await hand.see("slow.webp24 MB");
    const bars = JSON.parse((await hand.page.evaluate(() => document.documentElement.dataset.bars)) ?? "{}");
    expect(Object.keys(bars)).not.toEqual([]);
    expect(bars[2] ?? { isKnown: false, running: 1 }).toEqual({ isKnown: false, running: 1 });
  });

  await test.step("the dark, which stays", async () => {
    const isDark = () =>
      hand.page.evaluate(() => {
        const [red = 255] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g) ?? [];
        return Number(red) < 50;
      });
    expect(await isDark()).toBe(false);
    await hand.click("button", `Menu ${person.name}`);
    await hand.click("button", "Dark");
    await expect.poll(isDark).toBe(true);
    await hand.page.reload();
    expect(await isDark()).toBe(true);
    // What is chosen on an album's page goes into it.
    await hand.seePictures(4);
  });
});

/** Pictures of one colour each. */
const colours = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      sharp({ create: { width: 90, height: 60, channels: 3, background: { r: 60 * n, g: 90, b: 30 } } })
        .png()
        .toBuffer(),
    ),
  );
