import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import { expect, openMenu, test, uploadFiles } from "./fixtures";
import { PailServer, type TestUser } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

const phone = { width: 360, height: 740 };
/** English made unreadable, half again as long and from right to left: nobody is offered it. */
const pseudo = "ar-XB";

const htmlOf = (page: Page) =>
  page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);

test("the browser's language decides, and one that Pail does not have is English", async ({
  browser,
  pail,
}) => {
  for (const [locale, language, button] of [
    ["ko-KR", "ko", "로그인"],
    ["en-GB", "en", "Sign in"],
    ["fr-CH", "en", "Sign in"],
  ] as const) {
    const { page, close } = await visitor(browser, pail, { locale });
    await page.goto("/sign-in");
    await expect(page.getByRole("button", { name: button, exact: true })).toBeVisible();
    expect(await htmlOf(page)).toEqual([language, "ltr"]);
    await expect(page).toHaveTitle(`${button} · Pail`);
    await close();
  }
});

test("a choice goes before the browser's language, at once and on every later page", async ({
  page,
  user,
}) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  await openMenu(page);
  await page.getByRole("button", { name: "한국어", exact: true }).click();
  await expect(page.getByRole("heading", { name: "아직 사진이 없어요", exact: true })).toBeVisible();
  expect(await htmlOf(page)).toEqual(["ko", "ltr"]);
  // What is being sent goes on.
  expect(await page.evaluate(() => "isSamePage" in window)).toBe(true);
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "앨범", exact: true }).click();
  await expect(page.getByRole("heading", { name: "아직 앨범이 없어요", exact: true })).toBeVisible();
  await expect(page).toHaveTitle("앨범 · Pail");
  await page.reload();
  await expect(page.getByRole("heading", { name: "아직 앨범이 없어요", exact: true })).toBeVisible();
  await page
    .locator("header")
    .getByRole("button", { name: /^메뉴 / })
    .click();
  await page.getByRole("button", { name: "English", exact: true }).click();
  await expect(page.getByRole("heading", { name: "No albums yet", exact: true })).toBeVisible();
  expect(await htmlOf(page)).toEqual(["en", "ltr"]);
});

test("on a phone the choice stands under Settings", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  await page.setViewportSize(phone);
  await page.goto("/settings");
  await page
    .getByRole("region", { name: "Language", exact: true })
    .getByRole("button", { name: "한국어" })
    .click();
  await expect(page.getByRole("heading", { name: "설정", exact: true })).toBeVisible();
});

test("the switch works without JavaScript, and leads nowhere else", async ({ browser, pail, user }) => {
  const { page, close } = await visitor(browser, pail, { javaScriptEnabled: false }, user);
  await page.goto("/albums");
  await openMenu(page);
  await page.getByRole("button", { name: "한국어", exact: true }).click();
  await expect(page).toHaveURL(`${pail.origin}/albums`);
  await expect(page.getByRole("heading", { name: "아직 앨범이 없어요", exact: true })).toBeVisible();
  const { request } = page.context();
  for (const back of ["https://evil.example", "//evil.example/x", "javascript:alert(1)", "%00", ""]) {
    const answer = await request.get(`/language?to=ko&back=${encodeURIComponent(back)}`, { maxRedirects: 0 });
    expect(answer.status()).toBe(303);
    expect(new URL(answer.headers().location ?? "", pail.origin).origin).toBe(pail.origin);
  }
  const elsewhere = await request.get("/language?to=en&back=/", {
    maxRedirects: 0,
    headers: { "sec-fetch-site": "cross-site" },
  });
  expect(elsewhere.headers()["set-cookie"]).toBeUndefined();
  const unknown = await request.get("/language?to=xx&back=/", { maxRedirects: 0 });
  expect(unknown.headers()["set-cookie"]).toBeUndefined();
  await close();
});

test("a cookie of a language that does not exist is no error", async ({ page, pail, user }) => {
  expect(user.id).not.toBe("");
  await page.context().addCookies([
    { name: "language", value: "xx", url: pail.origin },
    { name: "time-zone", value: "Mars/Olympus", url: pail.origin },
  ]);
  await page.goto("/settings");
  await expect(page.getByRole("heading", { name: "Settings", exact: true })).toBeVisible();
  expect(await htmlOf(page)).toEqual(["en", "ltr"]);
});

test("days are those of the viewer's own time zone", async ({ browser, pail, user }) => {
  addToken(pail, user.id, "Shell", Date.UTC(2026, 5, 30, 22, 30));
  for (const [timezoneId, locale, day] of [
    ["Asia/Seoul", "ko-KR", "2026년 7월 1일 생성"],
    ["Asia/Seoul", "en-US", "made Jul 1, 2026"],
    ["America/New_York", "en-US", "made Jun 30, 2026"],
  ] as const) {
    const { page, close, errors } = await visitor(browser, pail, { timezoneId, locale }, user);
    await page.goto("/settings");
    await expect(page.getByText(day)).toBeVisible();
    // The next page comes in it from the server.
    const isThere = (text: string) =>
      fetch("/settings").then(async (page) => (await page.text()).includes(text));
    expect(await page.evaluate(isThere, day)).toBe(true);
    expect(errors).toEqual([]);
    await close();
  }
});

test("an error is worded in the page's language", async ({ browser, pail }) => {
  const { page, close } = await visitor(browser, pail, { locale: "ko" });
  await page.goto("/sign-in");
  await page.getByLabel("이메일", { exact: true }).fill("nobody@example.org");
  await page.getByLabel("비밀번호", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "로그인", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: /./ })).toHaveText(
    "이메일이나 비밀번호가 맞지 않아요. 다시 확인해 주세요.",
  );
  await close();
});

test("in Korean every page fits a phone; its screenshots are there to be looked at", async ({
  browser,
  pail,
  user,
}, testInfo) => {
  const paths = await furnish(browser, pail, user);
  const signedIn = await visitor(
    browser,
    pail,
    { locale: "ko-KR", viewport: phone, reducedMotion: "reduce" },
    user,
  );
  const signedOut = await visitor(browser, pail, {
    locale: "ko-KR",
    viewport: phone,
    reducedMotion: "reduce",
  });
  for (const [name, path] of Object.entries(paths)) {
    const { page } = name === "sign-in" ? signedOut : signedIn;
    await page.goto(path);
    await page.waitForLoadState("networkidle");
    expect([name, await overflowOf(page)]).toEqual([name, 0]);
    for (const [width, size] of [
      ["phone", phone],
      ["desktop", { width: 1280, height: 800 }],
    ] as const) {
      await page.setViewportSize(size);
      await page.screenshot({ path: testInfo.outputPath(`${name}-${width}.png`), fullPage: true });
    }
    await page.setViewportSize(phone);
  }
  await signedIn.close();
  await signedOut.close();
});

test("in the language of tests no page at 360 px overflows, and nothing on it is untranslated", async ({
  browser,
  pail,
  user,
}) => {
  const paths = await furnish(browser, pail, user);
  for (const [name, path] of Object.entries(paths)) {
    const { page, close } = await visitor(
      browser,
      pail,
      { viewport: phone },
      name === "sign-in" ? undefined : user,
    );
    await page.context().addCookies([{ name: "language", value: pseudo, url: pail.origin }]);
    await page.goto(path);
    await page.waitForLoadState("networkidle");
    expect(await htmlOf(page)).toEqual([pseudo, "rtl"]);
    expect([name, await overflowOf(page)]).toEqual([name, 0]);
    expect([name, await untranslatedOn(page)]).toEqual([name, []]);
    await close();
  }
});

for (const language of ["ko", pseudo])
  test(`the tray and the toasts on a phone, in ${language}`, async ({ browser, pail, user }, testInfo) => {
    pail.query("update users set name = '한빛' where id = ?", user.id);
    const { page, close, errors } = await visitor(browser, pail, { viewport: phone }, user);
    await page.context().addCookies([{ name: "language", value: language, url: pail.origin }]);
    const check = async (name: string) => {
      await page.screenshot({ path: testInfo.outputPath(`${name}.png`) });
      expect([name, await overflowOf(page)]).toEqual([name, 0]);
      if (language === pseudo) expect([name, await untranslatedOn(page)]).toEqual([name, []]);
    };
    const [first, second, third] = await makePhotographs(3, { megapixels: 1 });
    const files = [first, second, third].map((photograph) => photograph?.path ?? "");
    await page.goto("/");
    await check("empty");
    const field = page.locator("#choose-pictures");
    await field.setInputFiles(files.slice(0, 1));
    await expect(page.locator("main ul ul img")).toHaveCount(1);
    await expect(page.locator("section[aria-label] h2").last()).toBeVisible();
    // Held on its way: what is sent, what waits.
    pail.bucketWire.hold(100_000);
    await field.setInputFiles([...files, "e2e/support/photos.ts"]);
    await expect(page.getByRole("progressbar")).not.toHaveCount(0);
    await check("sending");
    pail.bucketWire.mend();
    await expect(page.locator("main ul ul img")).toHaveCount(3);
    await expect(page.locator("section[aria-label] p.text-danger")).toHaveCount(1);
    await check("sent");
    await page.locator("main ul ul a").first().focus();
    await page.keyboard.press("Delete");
    await expect(page.locator("main ul ul img")).toHaveCount(2);
    await check("deleted");
    expect(errors).toEqual([]);
    await close();
  });

test("so does the page of the first account", async ({ browser }) => {
  const pail = await PailServer.start();
  try {
    for (const path of [pail.setupUrl ?? "", "/setup?token=wrong"]) {
      const { page, close } = await visitor(browser, pail, { viewport: phone });
      await page.context().addCookies([{ name: "language", value: pseudo, url: pail.origin }]);
      await page.goto(path);
      await page.waitForLoadState("networkidle");
      expect(await overflowOf(page)).toBe(0);
      expect(await untranslatedOn(page)).toEqual([]);
      await close();
    }
  } finally {
    await pail.stop();
  }
});

/** Somebody else's browser, signed in or not. */
async function visitor(browser: Browser, pail: PailServer, options: BrowserContextOptions, user?: TestUser) {
  const context = await browser.newContext({ baseURL: pail.origin, ...options });
  if (user !== undefined) await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  return { page, errors, close: () => context.close() };
}

/** Pictures, an album and a token, so that every page has something to say. Returns the pages' paths by name. */
async function furnish(browser: Browser, pail: PailServer, user: TestUser): Promise<Record<string, string>> {
  pail.query("update users set role = 'admin', name = '한빛' where id = ?", user.id);
  const { page, close } = await visitor(browser, pail, {}, user);
  const photographs = await makePhotographs(4, { megapixels: 1 });
  await page.goto("/");
  await uploadFiles(
    page,
    photographs.map((photograph) => photograph.path),
  );
  await close();
  const images = pail.query<{ id: string }>("select id from images where owner_id = ?", user.id);
  for (const [n, { id }] of images.entries())
    pail.query("update images set title = ? where id = ?", `여름 ${n + 1}`, id);
  // The first is one that was added on the day it was taken, as far as one knows.
  pail.query("update images set captured_at = created_at where id = ?", images[0]?.id ?? "");
  const albums = [pail.addAlbum(user.id, "제주도"), pail.addAlbum(user.id, "비어 있는 앨범", [])];
  addToken(pail, user.id, "노트북", Date.now());
  const other = pail.addUser();
  expect(other.id).not.toBe(user.id);
  return {
    gallery: "/",
    image: `/images/${images[0]?.id}`,
    "image-dated": `/images/${images[1]?.id}?album=${albums[0]}`,
    albums: "/albums",
    album: `/albums/${albums[0]}`,
    "album-empty": `/albums/${albums[1]}`,
    settings: "/settings",
    storage: "/admin/storage",
    upload: "/upload",
    "not-found": "/nowhere",
    "sign-in": "/sign-in",
  };
}

function addToken(pail: PailServer, ownerId: string, name: string, createdAt: number): void {
  pail.query(
    "insert into tokens (id, user_id, name, hash, scopes, created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?)",
    ...[crypto.randomUUID(), ownerId, name, crypto.randomUUID(), '["upload","read"]', createdAt],
    createdAt + 90 * 24 * 60 * 60 * 1000,
  );
}

const overflowOf = (page: Page) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));

/**
 * What a person sees or hears on the page that has a word of plain letters: but for names, which are the person's own or
 * nobody's language, and what is marked as English.
 */
const untranslatedOn = (page: Page) =>
  page.evaluate(() => {
    const names =
      /\bPail\b|\b[MG]B\b|\bSHA-256\b|\b(JPEG|PNG|WebP|GIF|AVIF|HEIC)\b|[\w.-]+\.(jpg|ts)\b|\bIMG_\d+|Zürich Ufer \d+(\.jpg)?/g;
    const found = new Set<string>([document.title]);
    const isOurs = (element: Element | null) =>
      element !== null &&
      element.closest("script, style, noscript, bdi, [lang=en], [lang=ko], picture") === null;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode() !== null)
      if (isOurs(texts.currentNode.parentElement)) found.add(texts.currentNode.textContent ?? "");
    for (const element of document.querySelectorAll("body *"))
      for (const name of ["aria-label", "title", "alt", "placeholder"])
        if (isOurs(element)) found.add(element.getAttribute(name) ?? "");
    return [...found].filter((text) => /[A-Za-z]{2,}/.test(text.replace(names, "")));
  });
