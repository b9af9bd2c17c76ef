import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { expect, openMenu, test } from "./fixtures";
import type { PailServer } from "./support/pail-server";
import { addToken } from "./support/tokens";

interface Image {
  id: string;
  url: string;
}
interface Page {
  images: Image[];
  next: string | null;
}
interface Begun {
  files: { id?: string; form?: { url: string; fields: Record<string, string> } }[];
}

/** A program that has this token. */
function program(pail: PailServer, secret: string) {
  return async <T = unknown>(method: string, address: string, body?: object) => {
    const response = await fetch(`${pail.origin}/api/v1/${address}`, {
      method,
      headers: { authorization: `Bearer ${secret}` },
      ...(body && {
        body: body instanceof Buffer ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body),
      }),
    });
    return { status: response.status, body: (await response.json()) as T };
  };
}

const fileOf = (name: string, bytes: Buffer, type = "image/jpeg") => ({
  ...{ name, type, bytes: bytes.length },
  sha256: createHash("sha256").update(bytes).digest("hex"),
});

/** Pixels that nothing compresses, so that no two pictures are the same. */
const noise = (width: number, height: number) =>
  sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } });

function post({ url, fields }: { url: string; fields: Record<string, string> }, bytes: Buffer) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]));
  return fetch(url, { method: "POST", body });
}

test("a program asks, sends to the bucket and confirms; then it lists, looks and deletes", async ({
  pail,
  user,
  page,
}) => {
  const secret = addToken(pail, user);
  const ask = program(pail, secret);
  const exif = { IFD0: { Make: "FUJIFILM", Model: "X100V" } };
  const bytes = await noise(600, 400).withExif(exif).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const file = fileOf("Far away.jpg", bytes);
  const huge = fileOf("no.jpg", Buffer.alloc(99_000_000));
  const begun = await ask<Begun>("POST", "uploads", { files: [file, huge] });
  const [granted, refused] = begun.body.files;
  expect(granted).toMatchObject({ status: "granted", expiresInSeconds: expect.any(Number) });
  expect(refused).toMatchObject({ status: "refused", error: { code: "too_large" } });
  const { id = "", form = { url: "", fields: {} } } = granted ?? {};
  expect((await ask("POST", `uploads/${id}/confirm`)).body).toMatchObject({ error: { code: "not_arrived" } });
  expect((await post(form, bytes)).status).toBe(204);
  const { body: image } = await ask<Image>("POST", `uploads/${id}/confirm`);
  expect(image).toMatchObject({ title: "Far away", width: 400, height: 600 });
  expect((await ask("POST", `uploads/${id}/confirm`)).body).toMatchObject({ id: image.id });

  const again = await ask("POST", "uploads", { files: [{ ...file, name: "other.jpg" }] });
  expect(again.body).toMatchObject({ files: [{ status: "duplicate", image: { id: image.id } }] });
  const { body: details } = await ask<{ downloadUrl: string }>("GET", `images/${image.id}`);
  expect(details).toMatchObject({ name: "Far away.jpg", type: "image/jpeg", sha256: file.sha256 });
  expect(details).toMatchObject({ facts: { make: "FUJIFILM", model: "X100V" } });
  const original = await fetch(details.downloadUrl);
  expect(Buffer.from(await original.arrayBuffer()).equals(bytes)).toBe(true);
  expect((await ask("GET", "images")).body).toMatchObject({ images: [{ id: image.id }], next: null });
  await page.goto(image.url);
  await expect(page.getByRole("heading", { name: "Far away", exact: true })).toBeVisible();
  await expect(page.getByRole("definition").filter({ hasText: /^FUJIFILM X100V$/ })).toBeVisible();
  await expect(page.getByRole("term").filter({ hasText: /^Camera$/ })).toBeVisible();

  expect((await ask("DELETE", `images/${image.id}`)).status).toBe(200);
  expect((await ask("GET", "images")).body).toEqual({ images: [], next: null });
  expect((await ask("DELETE", `images/${image.id}`)).status).toBe(404);
  expect(pail.output).not.toContain(secret);
});

test("a list goes on behind the page before; a wrong cursor is refused, not the beginning", async ({
  pail,
  user,
}) => {
  const ask = program(pail, addToken(pail, user));
  await ask("POST", "images", await noise(60, 40).png().toBuffer());
  const [row] = pail.query<Record<string, unknown>>("select * from images where owner_id = ?", user.id);
  for (let n = 0; n < 250; n += 1) {
    const copy = { ...row, id: crypto.randomUUID(), sha256: `${n}`, captured_at: 1_000_000 + n };
    const columns = Object.keys(copy);
    pail.query(
      `insert into images (${columns}) values (${columns.map(() => "?")})`,
      ...(Object.values(copy) as string[]),
    );
  }
  const { body: first } = await ask<Page>("GET", "images");
  const { body: second } = await ask<Page>("GET", `images?cursor=${first.next}`);
  const ids = [...first.images, ...second.images].map(({ id }) => id);
  expect([new Set(ids).size, second.next]).toEqual([251, null]);
  expect((await ask("GET", "images?cursor=yesterday")).body).toMatchObject({
    error: { code: "invalid_input" },
  });
});

test("nothing opens without a token that is valid: not a session, not another's, none that has ended", async ({
  pail,
  user,
}) => {
  const bare = await fetch(`${pail.origin}/api/v1/images`, { headers: { cookie: `pail=${user.token}` } });
  expect([bare.status, bare.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  expect(bare.headers.get("cache-control")).toBe("no-store");
  expect(bare.headers.get("access-control-allow-origin")).toBeNull();

  const [expired, own] = [addToken(pail, user), addToken(pail, user)];
  const hash = createHash("sha256").update(expired).digest("base64");
  pail.query("update tokens set expires_at = ? where hash = ?", Date.now() - 1, hash);
  for (const secret of [expired, `${own}x`, user.token, ""])
    expect((await program(pail, secret)("GET", "images")).body).toMatchObject({
      error: { code: "unauthenticated" },
    });

  const reader = program(pail, addToken(pail, user, ["read"]));
  expect((await reader("POST", "uploads", { files: [] })).status).toBe(403);
  expect((await reader("DELETE", `images/${crypto.randomUUID()}`)).status).toBe(403);

  const ask = program(pail, own);
  const { body: image } = await ask<Image>("POST", "images", await noise(60, 40).png().toBuffer());
  const file = fileOf("a.jpg", Buffer.from("a"));
  const begun = await ask<Begun>("POST", "uploads", { files: [file] });
  const id = begun.body.files[0]?.id;
  const stranger = program(pail, addToken(pail, pail.addUser()));
  for (const [method, address] of [
    ["GET", `images/${image.id}`],
    ["DELETE", `images/${image.id}`],
    ["POST", `uploads/${id}/confirm`],
    ["DELETE", `uploads/${id}`],
  ] as const)
    expect([address, (await stranger(method, address)).status]).toEqual([address, 404]);
  expect((await ask("DELETE", `uploads/${id}`)).status).toBe(200);
  expect((await ask("GET", `images/${image.id}`)).status).toBe(200);
});

test("what is no such request is refused with a sentence", async ({ pail, user }) => {
  const ask = program(pail, addToken(pail, user));
  const file = fileOf("a.jpg", Buffer.from("a"));
  for (const files of [[], [{ ...file, sha256: "short" }], [{ ...file, type: "image/svg+xml" }], "files"])
    expect((await ask("POST", "uploads", { files })).body).toMatchObject({
      error: { code: "invalid_input" },
    });
  expect((await ask("POST", "uploads", Buffer.from("{"))).body).toMatchObject({
    error: { code: "invalid_input" },
  });
  const long = { files: [{ ...file, name: "n".repeat(1_100_000) }] };
  expect((await ask("POST", "uploads", long)).body).toMatchObject({ error: { code: "too_large" } });
  const document = await (await fetch(`${pail.origin}/api/v1/openapi.json`)).json();
  expect(document).toMatchObject({ openapi: "3.1.0", servers: [{ url: pail.origin }] });
});

test("a picture that is broken off on its way is no error of the server's, and leaves nothing", async ({
  pail,
  user,
}) => {
  const authorization = `Bearer ${addToken(pail, user)}`;
  const received = async () =>
    (await readdir(os.tmpdir())).filter((name) => name.startsWith("pail-received-"));
  const before = await received();
  const logged = pail.output.length;
  const ours = async () => (await received()).filter((name) => !before.includes(name));
  const request = http.request(`${pail.origin}/api/v1/images?name=half.jpg`, {
    method: "POST",
    headers: { authorization, "content-length": 5_000_000 },
  });
  const closed = new Promise((resolve) => request.once("close", resolve));
  request.once("error", () => undefined);
  request.write(randomBytes(1_000_000));
  await expect.poll(ours).not.toEqual([]);
  request.destroy();
  await closed;
  await expect.poll(ours).toEqual([]);
  expect(pail.query("select id from uploads where owner_id = ?", user.id)).toEqual([]);
  // Other tests have the same server.
  expect(pail.output.slice(logged)).not.toMatch(/unexpected error|ECONNRESET|aborted/);
});

test("a token is made under Settings, shown once, configures ShareX, and is revoked", async ({
  page,
  pail,
  user,
}) => {
  await page.goto("/");
  await openMenu(page);
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByLabel("Name", { exact: true }).fill("ShareX on the laptop");
  await page.getByRole("button", { name: "Make token", exact: true }).click();
  const field = page.getByLabel("The new token", { exact: true });
  const secret = await field.inputValue();
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "ShareX configuration", exact: true }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("Pail.sxcu");
  const uploader = JSON.parse(await readFile(await download.path(), "utf8"));
  expect(uploader).toMatchObject({ Body: "Binary", DestinationType: "ImageUploader" });

  // As ShareX does it: more than the 10 MB that Next keeps of what its proxy passes on.
  const bytes = await noise(2300, 1900).png().toBuffer();
  expect(bytes.length).toBeGreaterThan(12_000_000);
  const url = new URL(uploader.RequestURL);
  url.searchParams.set("name", uploader.Parameters.name.replace("{filename}", "Screenshot 1.png"));
  const send = async (body: Buffer) => {
    const headers = { ...uploader.Headers, "content-type": "image/png" };
    const response = await fetch(url, {
      method: uploader.RequestMethod,
      headers,
      body: body as Uint8Array<ArrayBuffer>,
    });
    return response.json();
  };
  const sent = await send(bytes);
  expect(sent).toMatchObject({ title: "Screenshot 1", width: 2300, height: 1900 });
  expect(await send(bytes)).toMatchObject({ url: sent.url });
  expect(await send(Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"))).toMatchObject({
    error: { code: "unsupported_type" },
  });
  expect(await send(Buffer.alloc(53_000_000))).toMatchObject({ error: { code: "too_large" } });
  const [{ sha256 } = {}] = pail.query<{ sha256?: string }>(
    "select sha256 from images where owner_id = ?",
    user.id,
  );
  expect(sha256).toBe(createHash("sha256").update(bytes).digest("base64"));

  await page.reload();
  await expect(field).toHaveCount(0);
  await expect(page.getByText(/may upload · made .* · last used .* · expires/)).toBeVisible();
  expect(await page.content()).not.toContain(secret);
  await page.getByText("Revoke …").click();
  await page.getByRole("button", { name: "Revoke ShareX on the laptop", exact: true }).click();
  await expect(page.getByText("There is none yet.")).toBeVisible();
  expect(await send(bytes)).toMatchObject({ error: { code: "unauthenticated" } });
  expect(pail.output).not.toContain(secret);
});

test("Settings fits a phone, has no axe violation in light and dark, and works without JavaScript", async ({
  page,
  pail,
  user,
  browser,
}) => {
  const { default: AxeBuilder } = await import("@axe-core/playwright");
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto("/settings");
  await page.getByLabel("Name", { exact: true }).fill(`a-${"very-".repeat(15)}long-name`);
  await page.getByRole("button", { name: "Make token", exact: true }).click();
  await expect(page.getByLabel("The new token", { exact: true })).toBeVisible();
  await page.getByText("Revoke …").click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  }
  const plain = await browser.newContext({ baseURL: pail.origin, javaScriptEnabled: false });
  await plain.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
  const form = await plain.newPage();
  await form.goto("/settings");
  await form.getByLabel("Name", { exact: true }).fill("Without a script");
  await form.getByLabel("See pictures", { exact: true }).check();
  await form.getByRole("button", { name: "Make token", exact: true }).click();
  const secret = await form.getByLabel("The new token", { exact: true }).inputValue();
  expect((await program(pail, secret)("GET", "images")).status).toBe(200);
  await form.goto("/settings");
  await form.getByText("Revoke …").first().click();
  await form.getByRole("button", { name: "Revoke Without a script", exact: true }).click();
  await expect(form.getByText("Without a script")).toHaveCount(0);
  expect((await program(pail, secret)("GET", "images")).status).toBe(401);
  await plain.close();
});

test("npm run manage -- upload sends folders, says what was there, and what failed", async ({
  pail,
  user,
}) => {
  test.setTimeout(240_000);
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-upload-"));
  const photos = path.join(pail.folder, "e2e", "photos");
  const names = (await readdir(photos)).filter((name) => name.endsWith(".jpg"));
  await mkdir(path.join(folder, "below"));
  for (const [index, name] of names.entries())
    await copyFile(path.join(photos, name), path.join(folder, index % 2 ? "below" : ".", name));
  await writeFile(path.join(folder, "notes.txt"), "no picture");
  const secret = addToken(pail, user, ["upload"]);
  const upload = async (token: string, ...files: string[]) => {
    const args = ["--conditions=react-server", "--import", "tsx", "lib/cli.ts", "upload", "--json"];
    const child = promisify(execFile)(process.execPath, [...args, "--origin", pail.origin, ...files], {
      cwd: pail.folder,
      env: { ...process.env, NODE_OPTIONS: "", PAIL_TOKEN: token },
    });
    const { stdout, stderr, code = 0 } = await child.catch((error) => error);
    expect(stdout + stderr).not.toMatch(/X-Amz-Signature|\n +at /);
    return { code, err: stderr as string, files: stdout ? JSON.parse(stdout).files : [] };
  };
  try {
    const first = await upload(secret, folder);
    expect([first.code, first.files.map(({ status }: { status: string }) => status)]).toEqual([
      0,
      names.map(() => "sent"),
    ]);
    expect(first.err).toContain("sent  ");
    const second = await upload(secret, folder);
    expect([second.code, second.err.match(/^already there/gm)?.length]).toEqual([0, names.length]);
    const mixed = await upload(secret, path.join(folder, "notes.txt"), path.join(folder, "gone.jpg"), folder);
    expect(mixed.code).toBe(1);
    expect(mixed.err).toMatch(/^failed {2}.*notes\.txt: .+\.$/m);
    expect(mixed.err).toMatch(/^failed {2}.*gone\.jpg: It cannot be read \(ENOENT\)\.$/m);
    const refused = await upload(`${secret}x`, folder);
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/^Send a token that is valid/)]);
    const open = pail.query("select id from uploads where owner_id = ? and state = 'pending'", user.id);
    expect(open).toEqual([]);
    expect(pail.output).not.toContain(secret);
  } finally {
    await rm(folder, { recursive: true });
  }
});
