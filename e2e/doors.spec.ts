import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { expect, menuButton, openMenu, test } from "./fixtures";
import { PailServer } from "./support/pail-server";

test("every page carries a strict policy that names the app and the bucket, and nothing else", async ({
  request,
  pail,
}) => {
  const response = await request.get(`${pail.origin}/sign-in`);
  const headers = response.headers();
  const policy = headers["content-security-policy"] ?? "";
  for (const directive of ["img-src", "connect-src", "form-action"]) {
    expect(policy).toContain(`${directive} 'self' ${pail.bucketOrigin}`);
  }
  expect(policy).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/=]{22,}' 'strict-dynamic'/);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "x-frame-options": "DENY" });
  const again = (await request.get(`${pail.origin}/sign-in`)).headers()["content-security-policy"];
  expect(again).not.toBe(policy);
  expect((await request.get(`${pail.origin}/healthz`)).headers()["referrer-policy"]).toBe("no-referrer");
});

test("without a session there are two pages and /healthz", async ({ request, pail }) => {
  for (const path of ["/", "/settings", "/images/0195b1a0-0000-7000-8000-000000000000"]) {
    const response = await request.get(`${pail.origin}${path}`, { maxRedirects: 0 });
    expect([path, response.status(), response.headers().location]).toEqual([path, 307, "/sign-in"]);
  }
  const list = await request.get(`${pail.origin}/images`);
  expect([list.status(), (await list.json()).code]).toEqual([401, "unauthenticated"]);
  const health = await request.get(`${pail.origin}/healthz`);
  expect(await health.json()).toEqual({ ok: true, database: "ok", bucket: "ok" });
});

test("an action is refused from another origin, without an origin, and without a session", async ({
  page,
  pail,
  user,
}) => {
  await page.goto("/");
  const called = page.waitForRequest((request) => request.headers()["next-action"] !== undefined);
  await page.getByLabel("Choose pictures", { exact: true }).setInputFiles({
    name: "dot.gif",
    mimeType: "image/gif",
    buffer: Buffer.from("R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=", "base64"),
  });
  const action = await called;
  const sent = await action.allHeaders();
  const call = (headers: Record<string, string>) =>
    page.request.fetch(action.url(), {
      method: "POST",
      headers: { ...sent, ...headers },
      data: action.postData() ?? "",
      failOnStatusCode: false,
    });
  await expect(page.getByRole("img", { name: "dot", exact: true })).toBeVisible();
  expect(await (await call({})).text()).toContain('"duplicate"');
  const { origin, cookie, ...withoutOrigin } = sent;
  expect([origin, cookie]).toEqual([pail.origin, `pail=${user.token}`]);
  const bare = await fetch(action.url(), {
    method: "POST",
    headers: { ...withoutOrigin, cookie: cookie ?? "" },
    body: action.postData() ?? "",
  });
  expect(await bare.text()).toContain('"wrong_origin"');
  expect((await call({ origin: "http://evil.example" })).ok()).toBe(false);
  expect(await (await call({ cookie: "" })).text()).toContain('"unauthenticated"');
});

test("an outside scheduler needs the secret; without one there is no such door", async ({
  request,
  pail,
}) => {
  expect((await request.post(`${pail.origin}/cron`)).status()).toBe(404);
  const secret = "a secret of a scheduler";
  const scheduled = await PailServer.start({ env: { CRON_SECRET: secret } });
  try {
    const url = `${scheduled.origin}/cron`;
    for (const authorization of ["", `Bearer ${secret}!`, secret]) {
      expect((await request.post(url, { headers: { authorization } })).status()).toBe(401);
    }
    const response = await request.get(url, { headers: { authorization: `Bearer ${secret}` } });
    expect(await response.json()).toMatchObject({ sweep: { expired: 0 }, reconcile: { images: 0 } });
    expect(scheduled.output).not.toContain(secret);
  } finally {
    await scheduled.stop();
  }
});

test("what anyone can send and no page could is 4xx, and the log says nothing of it", async ({ pail }) => {
  const page = await (await fetch(`${pail.origin}/sign-in`)).text();
  const [action = ""] = /[0-9a-f]{42}/.exec(page) ?? [];
  expect(action).not.toBe("");
  const before = pail.output.length;
  const form = (fields: Record<string, string>) => {
    const parts = Object.entries(fields).map(
      ([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    return `${parts.join("")}--x--\r\n`;
  };
  const multipart = { origin: pail.origin, "content-type": "multipart/form-data; boundary=x" };
  const called = { origin: pail.origin, "next-action": action };
  const sent: [
    what: string,
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: string,
  ][] = [
    ["a broken escape", "GET", "/images/%"],
    ["bytes that are no UTF-8", "GET", "/albums/%ff"],
    ["a broken escape of the API", "GET", "/api/v1/images/%"],
    ["TRACE", "TRACE", "/"],
    ["TRACE of a file", "TRACE", "/icon.svg"],
    ["another host", "GET", "//evil.example/"],
    ["an Origin with a comma", "POST", "/sign-in", { ...called, origin: "a, b" }, "[]"],
    ["an Origin that is none", "POST", "/sign-in", { ...called, origin: "zzz" }, "[]"],
    ["another Origin", "POST", "/sign-in", { ...called, origin: "http://evil.example" }, "[]"],
    ["a form without Origin", "POST", "/sign-in", { "content-type": multipart["content-type"] }, form({})],
    ["an unknown action", "POST", "/sign-in", { ...called, "next-action": `40${"a".repeat(40)}` }, "[]"],
    ["an action that is none", "POST", "/sign-in", { ...called, "next-action": "__proto__" }, "[]"],
    ["no JSON", "POST", "/sign-in", called, "zzz"],
    ["nothing", "POST", "/sign-in", called, ""],
    ["no arguments", "POST", "/sign-in", called, "[]"],
    ["other arguments", "POST", "/sign-in", called, "[1,2]"],
    ["references to nothing", "POST", "/sign-in", called, '["$1","$K2"]'],
    ["too many arguments", "POST", "/sign-in", called, JSON.stringify(Array(3000).fill(1))],
    ["a form that is none", "POST", "/sign-in", multipart, "zzz"],
    ["a form that is cut", "POST", "/sign-in", multipart, form({ email: "a@b.c" }).slice(0, 50)],
    ["a form without an action", "POST", "/sign-in", multipart, form({ email: "a@b.c" })],
    [
      "a form of an unknown action",
      "POST",
      "/sign-in",
      multipart,
      form({ [`$ACTION_ID_40${"a".repeat(40)}`]: "" }),
    ],
    [
      "a form with broken references",
      "POST",
      "/sign-in",
      multipart,
      form({ $ACTION_REF_1: "", "$ACTION_1:0": "z" }),
    ],
    ["more than anyone may send", "POST", "/sign-in", called, "x".repeat(1_100_000)],
  ];
  const { hostname, port } = new URL(pail.origin);
  const statusOf = (method: string, path: string, headers = {}, body = "") =>
    new Promise<number>((resolve, reject) => {
      const length = method === "POST" ? { "content-length": Buffer.byteLength(body) } : {};
      const asked = request(
        { hostname, port, method, path, headers: { ...headers, ...length } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        },
      );
      asked.on("error", reject);
      asked.end(body);
    });
  for (const [what, method, path, headers, body] of sent) {
    const status = await statusOf(method, path, headers, body);
    expect([what, Math.floor(status / 100)]).toEqual([what, 4]);
  }
  // One line a minute counts those that only Next could tell.
  const lines = pail.output.slice(before).trim().split("\n").filter(Boolean);
  expect(lines.filter((line) => !line.includes("actions that cannot be read"))).toEqual([]);
  expect(lines.length).toBeLessThanOrEqual(1);
  expect((await fetch(`${pail.origin}/sign-in`)).status).toBe(200);
});

for (const path of ["/sign-in", "/api/v1/images?name=lake.jpg"])
  test(`a hundred and fifty connections that hold a body open at ${path} cost less than 50 MB`, async ({
    pail,
  }) => {
    const memory = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pail.pid}/status`, "utf8"))?.[1]) / 1024;
    test.skip(process.platform !== "linux", "it reads /proc");
    const warming = { method: "POST", headers: { origin: pail.origin }, body: "x" };
    for (let n = 0; n < 20; n += 1) {
      await (await fetch(`${pail.origin}/sign-in`)).text();
      await (await fetch(`${pail.origin}${path}`, warming)).text();
    }
    const { port } = new URL(pail.origin);
    const before = memory();
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: ${pail.origin}\r\nContent-Type: multipart/form-data; boundary=x\r\n`;
    const piece = Buffer.alloc(64 * 1024);
    const held = Array.from({ length: 150 }, (_, n) => {
      const socket = connect(Number(port), "127.0.0.1");
      socket.on("error", () => undefined);
      const length = n % 2 === 0 ? 1_000_000 : 6_500_000;
      socket.write(`${head}Content-Length: ${length}\r\n\r\n`);
      for (let sent = 0; sent + piece.length < length; sent += piece.length) socket.write(piece);
      return socket;
    });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const grown = memory() - before;
    expect((await fetch(`${pail.origin}/sign-in`)).status).toBe(200);
    for (const socket of held) socket.destroy();
    expect(grown).toBeLessThan(50);
  });

test("a proxy before a loopback address is not sent in circles, and another address says where Pail lives", async ({
  browser,
  pail,
}) => {
  // As a proxy does that rewrites Host: the browser is at APP_ORIGIN, and the server hears of its own port.
  const port = await freePort();
  const proxied = await PailServer.start({ env: { APP_ORIGIN: `http://localhost:${port}` } });
  const proxy = createServer(async (asked, answer) => {
    const headers = {
      ...asked.headers,
      host: new URL(proxied.origin).host.replace("localhost", "127.0.0.1"),
    };
    const target = { ...new URL(proxied.origin), hostname: "127.0.0.1", port: new URL(proxied.origin).port };
    const forwarded = request({ ...target, method: asked.method, path: asked.url, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    asked.pipe(forwarded);
  });
  await new Promise<void>((resolve) => proxy.listen(port, "127.0.0.1", resolve));
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${port}/sign-in`);
    await expect(
      page.getByRole("heading", { name: "This Pail is not set up yet", exact: true }),
    ).toBeVisible();
    await expect(page.getByText("Pail lives at")).toHaveCount(0);
    await page.goto(`${proxied.origin}/sign-in?again`);
    const there = page.getByRole("link", { name: `http://localhost:${port}`, exact: true });
    await expect(there).toHaveAttribute("href", `http://localhost:${port}/sign-in?again`);
    await page.goto(`${proxied.origin}/nowhere`);
    await expect(there).toBeVisible();
    await page.close();
  } finally {
    proxy.closeAllConnections();
    proxy.close();
    await proxied.stop();
  }

  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(pail.origin.replace("localhost", "pail.test"));
  await expect(page.getByRole("link", { name: pail.origin, exact: true })).toBeVisible();
  await page.goto(pail.origin);
  await expect(page.getByRole("heading", { name: "Sign in", exact: true })).toBeVisible();
  await expect(page.getByText("Pail lives at")).toHaveCount(0);
  await context.close();
});

test("ten wrong guesses of a stranger slow the stranger down, and not whoever has signed in there before", async ({
  browser,
  pail,
}) => {
  const account = { email: `${crypto.randomUUID()}@example.org`, password: "no guess will find it" };
  spawnSync(
    process.execPath,
    [..."--conditions=react-server --import tsx lib/cli.ts create-admin --email".split(" "), account.email],
    { env: { ...process.env, NODE_OPTIONS: "", DATA_DIR: pail.dataDir }, input: account.password },
  );
  const [owner, stranger] = [await browser.newContext(), await browser.newContext()];
  const signIn = async (context: typeof owner, password: string) => {
    const page = await context.newPage();
    await page.goto(`${pail.origin}/sign-in`);
    await page.getByLabel("Email", { exact: true }).fill(account.email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("alert").filter({ hasText: /./ }).or(menuButton(page)).first()).toBeVisible();
    return page;
  };
  const first = await signIn(owner, account.password);
  await openMenu(first);
  await first.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(first).toHaveURL(/\/sign-in$/);
  for (let n = 0; n < 10; n += 1) await (await signIn(stranger, "a wrong guess")).close();
  await expect((await signIn(stranger, account.password)).getByText(/^Too many tries/)).toBeVisible();
  await expect(menuButton(await signIn(owner, account.password))).toBeVisible();
  await owner.close();
  await stranger.close();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  for (const path of ["/", "/albums", "/settings", "/upload", "/admin/storage"])
    test(`one can sign out on ${path}`, async ({ page, pail, user, context }) => {
      pail.query("update users set role = 'admin' where id = ?", user.id);
      await page.goto(path);
      await openMenu(page);
      await page.getByRole("button", { name: "Sign out", exact: true }).click();
      await expect(page).toHaveURL(/\/sign-in$/);
      expect((await context.cookies()).filter(({ name }) => name === "pail")).toEqual([]);
      expect(pail.query("select id from sessions where user_id = ?", user.id)).toEqual([]);
    });
});

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
