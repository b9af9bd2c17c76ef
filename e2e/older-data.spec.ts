import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, expectAllLoaded, test } from "./fixtures";
import { PailServer } from "./support/pail-server";

// What an older Pail kept: its database, its bucket, its secrets. ann@example.org has 12 pictures in it, one more in the trash,
// and 2 albums. It stays as it was made.
for (const data of ["b3c9f14.tgz"])
  test(`the data folder ${data} of an older Pail opens, and nothing in it is lost`, async ({ page }) => {
    const pail = await PailServer.start({ data: path.join(import.meta.dirname, "older-data", data) });
    try {
      await page.goto(`${pail.origin}/sign-in`);
      await page.getByLabel("Email", { exact: true }).fill("ann@example.org");
      await page.getByLabel("Password", { exact: true }).fill("correct horse battery 1");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expectAllLoaded(page, 12);
      const trashed = pail.query<{ title: string }>("select title from images where state = 'trashed'");
      expect(trashed).toEqual([{ title: "sample1" }]);

      await page.goto(`${pail.origin}/albums`);
      const albums = page.getByRole("list", { name: "Albums", exact: true }).getByRole("link");
      await expect(albums).toHaveText(["src / Lake trip4 pictures", "src5 pictures"]);

      const originals = pail.query<{ id: string; sha256: string }>(
        "select id, sha256 from images where state = 'ready'",
      );
      for (const { id, sha256 } of originals) {
        await page.goto(`${pail.origin}/images/${id}`);
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("link", { name: "Download original", exact: true }).click(),
        ]);
        const bytes = await readFile(await download.path());
        expect(createHash("sha256").update(bytes).digest("base64")).toBe(sha256);
      }

      const refreshed = await pail.manage<{ images: number }>("images", "refresh");
      expect(refreshed).toMatchObject({ images: 13, lost: [], unreadable: [], resumed: false });
      expect(await pail.manage("images", "refresh")).toEqual({ ...refreshed, changed: 0 });
      await page.goto(pail.origin);
      await expectAllLoaded(page, 12);
    } finally {
      await pail.stop();
    }
  });
