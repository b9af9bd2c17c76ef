import { startLibsqlDouble } from "@/lib/testing/libsql-double/libsql-double";
import { expect, test } from "./fixtures";
import { PailServer } from "./support/pail-server";

const account = { name: "Ann", email: "ann@example.org", password: "none that is common" };

test("on a remote database pages take two round trips, and say so plainly where it is not to be had", async ({
  page,
}) => {
  const double = await startLibsqlDouble();
  const pail = await PailServer.start({ env: { DATABASE_URL: double.url } });
  const get = (path: string, headers = {}) => page.request.get(pail.origin + path, { headers });
  try {
    await page.goto(pail.setupUrl ?? "");
    await page.getByLabel("Name", { exact: true }).fill(account.name);
    await page.getByLabel("Email", { exact: true }).fill(account.email);
    await page.getByLabel("Password", { exact: true }).fill(account.password);
    await page.getByRole("button", { name: "Create account", exact: true }).click();
    await expect(page).toHaveURL(`${pail.origin}/`);
    await page.goto("about:blank");

    for (const path of ["/", "/albums", "/settings", "/admin/storage", "/images"]) {
      // Whatever asks first in its part of the process looks whether the tables are too new.
      await get(path);
      double.forget();
      expect((await get(path)).status()).toBe(200);
      expect({ path, trips: double.trips.length }, JSON.stringify(double.trips)).toEqual({ path, trips: 2 });
    }

    double.conduct.hangs = true;
    const answers = await Promise.all(
      ["/", "/albums", "/settings", "/images/x", "/sign-in"].map((path) => get(path)),
    );
    for (const answer of answers) {
      expect(answer.status()).toBe(503);
      expect(answer.headers()).toMatchObject({ "cache-control": "no-store", "retry-after": "5" });
      expect(await answer.text()).toContain("<p>Pail cannot reach its database at the moment.");
    }
    const korean = await get("/", { "accept-language": "ko" });
    expect(await korean.text()).toContain("<p>지금은 데이터베이스에 연결할 수 없어요.");
    for (const [path, headers] of [
      ["/api/v1/images", { authorization: "Bearer pail_nobody" }],
      ["/images", {}],
    ] as const) {
      const answer = await get(path, headers);
      expect(answer.status()).toBe(503);
      expect(JSON.stringify(await answer.json())).toContain('"code":"unavailable"');
    }
    expect((await get("/healthz")).status()).toBe(503);
    const tooSlow = await pail.command("migrate");
    expect(tooSlow).toEqual({
      exitCode: 1,
      out: "",
      err: `The database at ${new URL(double.url).host} does not answer.\n`,
    });

    double.conduct.hangs = false;
    expect((await get("/")).status()).toBe(200);
    expect(pail.output).not.toMatch(/\n\s+at /);
  } finally {
    await pail.stop();
    await double.close();
  }
});
