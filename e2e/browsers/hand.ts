import { expect } from "@playwright/test";
import type { TestUser } from "../support/pail-server";
import type { BrowserPage, Key } from "./browser-page";

type Role = "button" | "link" | "field" | "picture";

/** What a person does in a browser, whichever it is: sees, and acts once what is acted on is there. */
export class Hand {
  constructor(
    readonly page: BrowserPage,
    private readonly origin: string,
  ) {}

  async goto(url: string): Promise<void> {
    await this.page.goto(new URL(url, this.origin).href);
  }

  /** As somebody who has signed in. */
  async signIn({ token }: TestUser): Promise<void> {
    await this.goto("/sign-in");
    await this.page.evaluate((value) => {
      // biome-ignore lint/suspicious/noDocumentCookie: WebKit has nothing else in a test's reach.
      document.cookie = `pail=${value}; path=/`;
    }, token);
    await this.goto("/");
  }

  async click(role: Role, name: string): Promise<void> {
    await this.act(role, name, (selector) => this.page.click(selector));
  }

  async fill(name: string, text: string): Promise<void> {
    await this.click("field", name);
    await this.page.evaluate(() => {
      const field = document.activeElement;
      if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.select();
    });
    await this.page.type(text);
  }

  /** Once the page listens: React adds listeners a moment after it has shown what they belong to. */
  async press(key: Key, held?: Key): Promise<void> {
    await this.page.evaluate(async () => {
      for (let n = 0; n < 2; n += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
      await new Promise((resolve) => setTimeout(resolve));
    });
    await this.page.press(key, held);
  }

  async choose(name: string, paths: readonly string[]): Promise<void> {
    await this.act("field", name, (selector) => this.page.chooseFiles(selector, paths));
  }

  /** A folder, as the browser hands it out: drivers know only of files. */
  async chooseFolder(name: string, contents: readonly Buffer[]): Promise<void> {
    const pictures = contents.map((content) => content.toString("base64"));
    await this.click("button", "More ways to add");
    await this.act("field", "Choose a folder", (selector) =>
      this.page.evaluate(chooseFolder, selector, name, pictures),
    );
  }

  /** Until the text of the page has this. */
  async see(text: string | RegExp): Promise<void> {
    await expect.poll(() => this.read()).toMatch(text);
  }

  /** What the page shows, for whoever looks why a test failed. */
  async describe(): Promise<string> {
    const address = await this.page.evaluate(() => location.href);
    return [address, await this.read(), ...(await this.page.readErrors())].join("\n");
  }

  /** Of what is over the page, else of the page. */
  heading(): Promise<string> {
    return this.page.evaluate(
      () => (document.querySelector("[role=dialog] h2") ?? document.querySelector("h1"))?.textContent ?? "",
    );
  }

  /** Once the gallery is live. */
  async focusTile(index: number): Promise<void> {
    await this.whenLive();
    await this.page.evaluate((n) => {
      const tiles = document.querySelectorAll<HTMLElement>('ul[aria-label] li > a[href^="/images/"]');
      tiles[n]?.focus();
    }, index);
  }

  /** What makes a gallery live comes after the page's first script. */
  async whenLive(): Promise<void> {
    const still = () =>
      document.querySelectorAll(".timeline").length === 0 ||
      document.querySelector("li[data-id][aria-posinset]:not(.timeline *)") !== null;
    await expect.poll(() => this.page.evaluate(still)).toBe(false);
  }

  /** The pictures of the gallery: their titles, and whether they have come. */
  pictures(): Promise<{ title: string; width: number; height: number }[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll<HTMLImageElement>('ul[aria-label="Pictures"] img')].map((image) => ({
        title: image.alt,
        width: image.naturalWidth,
        height: image.naturalHeight,
      })),
    );
  }

  async seePictures(count: number): Promise<void> {
    await expect.poll(async () => (await this.pictures()).length).toBe(count);
  }

  private async read(): Promise<string> {
    const parts = () => [...document.querySelectorAll("body > :not(script)")].map((each) => each.textContent);
    return (await this.page.evaluate(parts)).join("\n");
  }

  /** As often as it takes: between finding and acting, React may put another one in its place. */
  private async act(role: Role, name: string, work: (selector: string) => Promise<void>): Promise<void> {
    await expect(async () => {
      expect(await this.page.evaluate(mark, role, name), `${role} “${name}”`).toBe(true);
      await work("[data-hand]");
    }).toPass({ timeout: 60_000 });
  }
}

/** Runs in the page: marks what has this role and name, once React listens to it and nothing lies over it. */
function mark(role: Role, name: string): boolean {
  const selectors = {
    button: "button",
    link: "a[href]",
    field: "input, textarea",
    picture: 'ul[aria-label="Pictures"] img',
  };
  const nameOf = (element: Element) =>
    element.getAttribute("aria-label") ??
    element.getAttribute("alt") ??
    (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
      ? element.labels?.[0]?.textContent
      : shownOf(element));
  // Without what only another width of the window shows.
  const shownOf = (element: Element) =>
    [...element.childNodes]
      .filter((node) => !(node instanceof Element) || getComputedStyle(node).display !== "none")
      .map((node) => node.textContent)
      .join("");
  const isHeard = (element: Element) => Object.keys(element).some((key) => key.startsWith("__reactProps$"));
  for (const marked of document.querySelectorAll("[data-hand]")) marked.removeAttribute("data-hand");
  const found = [...document.querySelectorAll(selectors[role])].find(
    (element) => nameOf(element)?.trim() === name && element.getClientRects().length > 0,
  );
  if (found === undefined || !isHeard(found)) return false;
  found.scrollIntoView({ block: "nearest" });
  const { left, top, width, height } = found.getBoundingClientRect();
  const hit = document.elementFromPoint(left + width / 2, top + height / 2);
  if (hit === null || !(found.contains(hit) || hit.contains(found))) return false;
  found.setAttribute("data-hand", "");
  return true;
}

/** Runs in the page. */
function chooseFolder(selector: string, folder: string, contents: string[]): void {
  const field = document.querySelector<HTMLInputElement>(selector);
  if (field === null) throw new Error("there is no such field");
  const chosen = new DataTransfer();
  for (const [index, content] of contents.entries()) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    chosen.items.add(new File([bytes], `${index}.png`, { type: "image/png" }));
  }
  field.files = chosen.files;
  for (const file of field.files ?? [])
    Object.defineProperty(file, "webkitRelativePath", { value: `${folder}/${file.name}` });
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
