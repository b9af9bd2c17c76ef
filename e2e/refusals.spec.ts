import type { Page } from "@playwright/test";
import { expect, galleryImages, test } from "./fixtures";
import type { PailServer } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

// Chromium itself reports answers that are errors.
const refusals = /Failed to load resource.*status of (403|507)/;

/** Chooses a photograph, waits until it has failed, and returns what the page says and what the log has under that number. */
async function sendOne(page: Page, pail: PailServer): Promise<{ sentence: string; line: LogLine }> {
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(photograph?.path ?? "");
  const row = page.getByRole("region", { name: "Uploads", exact: true }).getByRole("listitem");
  const sentence = (await row.getByText(/finds the reason in the log, number/).textContent()) ?? "";
  const number = /number ([0-9a-f-]{36})\.$/.exec(sentence)?.[1] ?? "";
  await expect.poll(() => pail.output).toContain(number);
  const line = pail.output.split("\n").find((candidate) => candidate.includes(number)) ?? "";
  // No policy, no credential, no signature.
  expect(pail.output).not.toMatch(/eyJ|aws4_request|[0-9a-f]{64}/i);
  return { sentence, line: JSON.parse(line) };
}

interface LogLine {
  failed?: unknown[];
}

test("a form that is changed on its way: the page says that the bucket refused it, the log which condition failed", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  expectedErrors.push(refusals);
  await page.goto("/");
  await page.route("**/*", async (route) => {
    if (route.request().headers()["next-action"] === undefined) return route.fallback();
    const response = await route.fetch();
    const body = (await response.text()).replaceAll(
      '"Content-Type":"image/jpeg"',
      '"Content-Type":"text/html"',
    );
    return route.fulfill({ response, body });
  });
  const { sentence, line } = await sendOne(page, pail);
  expect(sentence).toMatch(/^The bucket refused this picture\. Whoever runs this Pail /);
  expect(line).toMatchObject({
    ...{ kind: "original", status: 403, s3Code: "AccessDenied", type: "image/jpeg" },
    failed: [{ condition: "Content-Type", expected: "image/jpeg", got: "text/html" }],
  });
  // The room is free again, and without the meddler the same picture goes through.
  const used = () => pail.query("select used_bytes as used from users where id = ?", user.id);
  await expect.poll(used).toEqual([{ used: 0 }]);
  await page.unrouteAll({ behavior: "wait" });
  await page.getByRole("button", { name: /^Try .* again$/ }).click();
  await expect(galleryImages(page)).toHaveCount(1);
});

test("a bucket that is full: the page says so, and does not send it again and again", async ({
  page,
  pail,
  user: _,
  expectedErrors,
}) => {
  expectedErrors.push(refusals);
  await page.goto("/");
  let posts = 0;
  await page.route(`${pail.bucketOrigin}/**`, (route) => {
    if (route.request().method() !== "POST") return route.fallback();
    posts += 1;
    return route.fulfill({
      status: 507,
      contentType: "application/xml",
      headers: { "access-control-allow-origin": pail.origin },
      body: "<Error><Code>InsufficientStorage</Code><Message>full</Message><RequestId>R1</RequestId></Error>",
    });
  });
  const { sentence, line } = await sendOne(page, pail);
  expect(sentence).toMatch(/^The bucket is full\. /);
  expect(line).toMatchObject({ status: 507, s3Code: "InsufficientStorage", requestId: "R1" });
  expect(line.failed).toBeUndefined();
  expect(posts).toBe(1);
});
