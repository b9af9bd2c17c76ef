import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import sharp from "sharp";
import { makeCorpus } from "@/lib/testing/corpus/corpus";
import type { CorpusFile } from "@/lib/testing/corpus/quadrants";
import { expect, galleryImages, openPicturePage, test, uploadFiles } from "./fixtures";
import { displayOf, type ImageRow, shownOf } from "./support/shown-of";

/** Of what is larger, the other doors are tried; one is enough to see that this one takes as much. */
const maxFileBytes = 1_000_000;
const heavy = "17 MB of XMP.jpg";

test("every format with every oddity is taken as it is shown, or refused, as by the other doors", async ({
  page,
  pail,
  user,
}) => {
  test.setTimeout(900_000);
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-oddities-"));
  try {
    const corpus = withoutTwins(await makeCorpus()).filter(
      ({ name, bytes }) => bytes.length <= maxFileBytes || name === heavy,
    );
    const files = corpus.map(({ name }) => path.join(folder, name));
    for (const { name, bytes } of corpus) await writeFile(path.join(folder, name), bytes);
    await page.goto("/");
    await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(files);
    const taken = corpus.filter(({ shown }) => shown !== null);
    const tray = page.getByRole("region", { name: "Uploads", exact: true });
    await expect(tray.getByRole("heading")).toHaveText(
      `${corpus.length - taken.length} pictures not added, ${taken.length} added`,
      { timeout: 600_000 },
    );
    const right = taken.map(({ name, shown }) => [name, shown]);
    expect(await shownOf(pail, user.id, corpus)).toEqual(Object.fromEntries(right));
    await expect(tray.getByText("This picture is damaged or incomplete.").first()).toBeVisible();
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** The same bytes under another name would be no second picture. */
function withoutTwins(corpus: CorpusFile[]): CorpusFile[] {
  const hash = ({ bytes }: CorpusFile) => createHash("sha256").update(bytes).digest("hex");
  return [...new Map(corpus.map((file) => [hash(file), file])).values()];
}

async function oddity(name: string): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const file = (await makeCorpus()).find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`there is no ${name}`);
  return { name, mimeType: "", buffer: file.bytes };
}

for (const [type, name] of [
  ["png", "an animation"],
  ["avif", "a sequence"],
] as const)
  test(`a moving ${type} moves in the large view, and a still one does not`, async ({ page, user }) => {
    expect(user.id).not.toBe("");
    await page.goto("/");
    await uploadFiles(page, [await oddity(`${name}.${type}`), await oddity(`plain.${type}`)]);
    const source = (title: string) =>
      page
        .getByRole("img", { name: title, exact: true })
        // Between two sources there is none.
        .evaluate((image) => (image as HTMLImageElement).currentSrc.split("?")[0] ?? "");
    const open = (title: string) =>
      openPicturePage(
        page.getByRole("list", { name: "Pictures", exact: true }).getByRole("img", { name: title }),
      );
    await open(name);
    await expect.poll(() => source(name)).toMatch(new RegExp(`/original\\.${type}$`));
    const large = page.getByRole("img", { name, exact: true });
    await expect.poll(() => large.evaluate((image) => (image as HTMLImageElement).naturalWidth)).not.toBe(0);
    await page.goto("/");
    await open("plain");
    await expect.poll(() => source("plain")).toMatch(/\/display\./);
  });

test("what is transparent stays so, and stands on a checkerboard", async ({ page, pail, user }) => {
  await page.goto("/");
  const transparent = ["png", "webp", "avif", "heic"].map((type) => oddity(`transparent.${type}`));
  await uploadFiles(page, await Promise.all([...transparent, oddity("baseline.jpg"), oddity("plain.heic")]));
  await expect(galleryImages(page)).toHaveCount(6);
  const boards = page.locator(".checkerboard");
  await expect(boards).toHaveCount(4);
  await openPicturePage(page.getByRole("img", { name: "baseline", exact: true }));
  await expect(page.getByRole("img", { name: "baseline", exact: true })).toBeVisible();
  await expect(page).toHaveURL(/\/images\//);
  await expect(boards).toHaveCount(0);
  await page.goBack();

  await openPicturePage(page.getByRole("img", { name: "transparent", exact: true }).first());
  await expect(page).toHaveURL(/\/images\//);
  await expect(boards).toHaveCount(1);
  const large = page.getByRole("img", { name: "transparent", exact: true });
  const rows = pail.query<ImageRow>(
    "select * from images where owner_id = ? and name like 'transparent%'",
    user.id,
  );
  expect(rows).toHaveLength(4);
  for (const row of rows) {
    const { channels } = await sharp(await displayOf(pail, row)).stats();
    expect([row.name, channels[3]?.min]).toEqual([row.name, expect.any(Number)]);
    expect(channels[3]?.min, row.name).toBeLessThan(250);
  }
  // It is as large as the picture, not as its frame.
  const ratio = (element: Element) => element.clientWidth / element.clientHeight;
  const picture = await large.evaluate((image) => {
    const { naturalWidth, naturalHeight } = image as HTMLImageElement;
    return naturalWidth / naturalHeight;
  });
  expect(await boards.evaluate(ratio)).toBeCloseTo(picture, 1);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await boards.evaluate((board) => getComputedStyle(board).backgroundImage)).toContain(
      "conic-gradient",
    );
  }
});
