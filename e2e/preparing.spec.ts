import type { Page } from "@playwright/test";
import { expect, galleryImages, test } from "./fixtures";
import { makeSlowPicture } from "./support/slow-picture";

const bar = (page: Page) =>
  page.getByRole("region", { name: "Uploads", exact: true }).getByRole("progressbar", { name: "slow.webp" });

for (const reducedMotion of ["no-preference", "reduce"] as const)
  test(`a picture that takes seconds to prepare shows that it goes on: ${reducedMotion}`, async ({
    page,
    user,
  }) => {
    expect(user.id).not.toBe("");
    const file = await makeSlowPicture();
    await page.emulateMedia({ reducedMotion });
    await page.goto("/");
    await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(file);
    await expect(page.getByText("Preparing, 2 of 3", { exact: true })).toBeVisible();
    // How far a decoder is, nobody knows.
    await expect(bar(page)).not.toHaveAttribute("aria-valuenow");
    const running = await bar(page).evaluate((element) =>
      element
        .getAnimations({ subtree: true })
        .filter(
          ({ playState, effect }) =>
            playState === "running" && effect?.getComputedTiming().iterations === Infinity,
        ),
    );
    expect(running).toHaveLength(reducedMotion === "reduce" ? 0 : 1);
    await expect(galleryImages(page)).toHaveCount(1, { timeout: 60_000 });
  });
