import { makePhotographs } from "../support/photos";
import { expect, test } from "./fixtures";

test.use({ env: { S3_UPLOAD: "put" } });

/** Some of the headers that are signed are empty: who drops those is refused by the bucket. */
test("pictures arrive by signed PUTs with all headers", async ({ hand, pail }) => {
  const photographs = await makePhotographs(3, { megapixels: 1 });
  const user = pail.addUser();
  await hand.signIn(user);
  await hand.choose(
    "Choose pictures",
    photographs.map(({ path }) => path),
  );
  await hand.see("3 pictures added");
  await hand.seePictures(3);
  const sentTo = await hand.page.evaluate(() =>
    (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
      .filter(({ initiatorType }) => initiatorType === "xmlhttprequest")
      .map(({ name }) => new URL(name).searchParams.get("X-Amz-SignedHeaders")),
  );
  expect(sentTo).toHaveLength(9);
  for (const signed of sentTo) expect(signed).toContain("cache-control;content-disposition;content-encoding");
  const found = pail.query<{ sha256: string }>("select sha256 from images where owner_id = ?", user.id);
  expect(found.map(({ sha256 }) => Buffer.from(sha256, "base64").toString("hex")).sort()).toEqual(
    photographs.map(({ sha256 }) => sha256).sort(),
  );
});
