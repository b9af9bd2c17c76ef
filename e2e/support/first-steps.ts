import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, type Page } from "@playwright/test";
import sharp from "sharp";
import { openMenu } from "../fixtures";
import { photographsFolder } from "./photos";

const photo = (name: string) => path.join(photographsFolder, name);

export const account = { name: "Ada", email: "ada@example.org", password: "a pail of pictures" };

/** Follows the set-up link, as whoever has started Pail does. */
export async function makeAccount(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel("Name", { exact: true }).fill(account.name);
  await page.getByLabel("Email", { exact: true }).fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "Create account", exact: true }).click();
  await expect(page.getByRole("heading", { name: "No pictures yet", exact: true })).toBeVisible();
}

/** A picture of each format that browsers can be given, by different people. */
export async function writeFormats(folder: string): Promise<string[]> {
  const scene = (name: string) => sharp(photo(name)).resize(700);
  const made = {
    "a.jpg": await scene("fig.jpg").jpeg().toBuffer(),
    "b.png": await scene("dogs.jpg").png().toBuffer(),
    "c.webp": await scene("drum.jpg").webp().toBuffer(),
    "d.gif": await scene("brushes.jpg").gif().toBuffer(),
    "e.avif": await scene("nuthatch.jpg").avif({ effort: 0 }).toBuffer(),
  };
  const files = Object.entries(made).map(async ([name, bytes]) => {
    const file = path.join(folder, name);
    await writeFile(file, bytes);
    return file;
  });
  return [...(await Promise.all(files)), photo("alpine-path-phone.heic")];
}

/** Under Settings; returns what programs show. */
export async function makeToken(page: Page, origin: string): Promise<string> {
  await page.goto(`${origin}/settings`);
  await page.getByLabel("Name", { exact: true }).fill("a script");
  await page.getByRole("button", { name: "Make token", exact: true }).click();
  const field = page.getByLabel("The new token", { exact: true });
  await expect(field).toBeVisible();
  return field.inputValue();
}

/** Leaves, and comes back with the password. */
export async function signInAgain(page: Page): Promise<void> {
  await openMenu(page);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await signIn(page, account.password);
  await expect(page.getByRole("heading", { name: "No pictures yet", exact: true })).toBeVisible();
}

export async function signIn(page: Page, password: string): Promise<void> {
  await page.getByLabel("Email", { exact: true }).fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}
