import { expect, test } from "./fixtures";
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
  await page.getByLabel("Choose images", { exact: true }).setInputFiles({
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
