import { request } from "node:https";
import { text } from "node:stream/consumers";
import type { Page } from "@playwright/test";
import sharp from "sharp";
import { freePorts } from "@/lib/testing/stores/free-ports";
import { test as base, expect, expectAllLoaded, uploadFiles } from "./fixtures";
import { PailServer } from "./support/pail-server";
import { type ProxyKind, TlsProxy } from "./support/proxy";
import { addToken } from "./support/tokens";

const test = base.extend({ ignoreHTTPSErrors: true });

interface Served {
  pail: PailServer;
  /** where people are */
  origin: string;
}

/** As README.md has it: https before the pages and before the local bucket. */
async function behind(
  kind: ProxyKind,
  env: Record<string, string>,
  use: (served: Served) => Promise<void>,
): Promise<void> {
  const [app = 0, bucket = 0] = await freePorts(2);
  const origin = `https://localhost:${app}`;
  const addresses = { APP_ORIGIN: origin, S3_PUBLIC_ENDPOINT: `https://localhost:${bucket}` };
  const pail = await PailServer.start({ env: { ...addresses, ...env } });
  try {
    const portOf = (url: string) => Number(new URL(url).port);
    const [behindApp, behindBucket] = [portOf(pail.origin), portOf(pail.bucketOrigin)];
    const proxy = await TlsProxy.start(kind, { app, bucket, behindApp, behindBucket });
    try {
      await use({ pail, origin });
    } finally {
      await proxy.stop();
    }
  } finally {
    await pail.stop();
  }
}

async function signUp(page: Page, { pail }: Served): Promise<void> {
  await page.goto(pail.setupUrl ?? "");
  await page.getByLabel("Name", { exact: true }).fill("Ann");
  await page.getByLabel("Email", { exact: true }).fill("ann@example.org");
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Create account", exact: true }).click();
  await expect(page.getByLabel("Choose pictures", { exact: true })).toBeAttached();
}

/** What the page still asks for, like its icon, would not come once the proxy is gone. */
async function leave(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.goto("about:blank");
}

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

/** From an address that is not the proxy's own. */
function ask(url: string, { method = "GET", headers = {}, body }: Asked = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const options = { method, headers, rejectUnauthorized: false, localAddress: "127.0.0.7" };
      request(url, options, async (answer) => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) });
      })
        .on("error", reject)
        .end(body);
    },
  );
}

/** A JPEG of this many bytes, most of them behind its end. */
async function largeFile(bytes: number): Promise<Buffer> {
  const picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: "teal" } })
    .jpeg()
    .toBuffer();
  return Buffer.concat([picture, Buffer.alloc(bytes - picture.length)]);
}

/** A browser takes no service worker by a certificate that it was told to overlook. */
const worker = /An SSL certificate error occurred when fetching the script/;

for (const kind of ["nginx", "caddy"] as const)
  test(`behind ${kind} by https: set-up, pictures straight to the bucket, 50 MB by the API, addresses, cookies`, async ({
    page,
    expectedErrors,
  }) => {
    expectedErrors.push(worker);
    test.setTimeout(300_000);
    await behind(kind, { TRUST_PROXY: "1" }, async (served) => {
      const { pail, origin } = served;
      await signUp(page, served);
      const [cookie] = await page.context().cookies(origin);
      expect(cookie).toMatchObject({ name: "__Host-pail", secure: true, httpOnly: true, sameSite: "Lax" });
      const photos = ["one", "two", "three"].map(async (name, n) => ({
        name: `${name}.jpg`,
        mimeType: "image/jpeg",
        buffer: await sharp({ create: { width: 600 + n, height: 400, channels: 3, background: "plum" } })
          .jpeg()
          .toBuffer(),
      }));
      await uploadFiles(page, await Promise.all(photos));
      await page.reload();
      await expectAllLoaded(page, 3);

      const [user] = pail.query<{ id: string }>("select id from users");
      const token = addToken(pail, { id: user?.id ?? "", token: "" });
      const body = await largeFile(50_000_000);
      const headers = { authorization: `Bearer ${token}`, "content-type": "image/jpeg" };
      const sent = await ask(`${origin}/api/v1/images?name=large.jpg`, { method: "POST", headers, body });
      expect(sent.status, sent.body).toBe(200);

      const signIn = await ask(`${origin}/sign-in`);
      expect(signIn.headers["strict-transport-security"]).toBe("max-age=63072000");
      const fields = [...signIn.body.matchAll(/<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g)];
      const form = new FormData();
      for (const [, name = "", value = ""] of fields) form.set(name, value.replaceAll("&quot;", '"'));
      form.set("email", "ann@example.org");
      form.set("password", "a wrong guess");
      const encoded = new Response(form);
      const refused = await ask(`${origin}/sign-in`, {
        method: "POST",
        headers: { origin, "content-type": encoded.headers.get("content-type") ?? "" },
        body: Buffer.from(await encoded.arrayBuffer()),
      });
      expect(refused.status, refused.body).toBeLessThan(400);
      expect(pail.query("select 1 from rate_limits where key like '%127.0.0.7%'")).not.toEqual([]);
      await leave(page);
      // Neither what the action led to, nor the proxy, is worth a line.
      expect(pail.output).not.toMatch(/"level":(40|50)/);
    });
  });

test("a proxy that is not trusted is noticed, once", async ({ page, expectedErrors }) => {
  expectedErrors.push(worker);
  await behind("nginx", {}, async (served) => {
    await signUp(page, served);
    await page.reload();
    await leave(page);
    expect(served.pail.output.match(/Set TRUST_PROXY=1/g)).toHaveLength(1);
  });
});

test("pages by https whose bucket browsers could reach by http alone are not served", async () => {
  const env = { APP_ORIGIN: "https://photos.example.org", S3_PUBLIC_ENDPOINT: "" };
  const pail = await PailServer.prepare({ env });
  try {
    const { exitCode, err } = await pail.command("start");
    expect(exitCode).toBe(1);
    expect(err).toContain("The pages come by https, the bucket by http (http://photos.example.org:");
    expect(err).toContain("set S3_PUBLIC_ENDPOINT");
    expect(err).not.toMatch(/\n +at /);
  } finally {
    await pail.stop();
  }
});
