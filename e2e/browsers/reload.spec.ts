import { makePhotographs } from "../support/photos";
import { expect, test } from "./fixtures";

/** What the browser has noted of files that are still on their way: for each, whether it has a copy of its own. */
const noted = () =>
  new Promise<boolean[]>((resolve, reject) => {
    const opening = indexedDB.open("pail-uploads");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const all = opening.result.transaction("files").objectStore("files").getAll();
      all.onsuccess = () => resolve(all.result.map(({ isCopied }) => isCopied));
      opening.result.close();
    };
  });

test("a reload in the middle loses nothing", async ({ hand, pail, kind, expectedErrors }) => {
  // So WebKit calls whatever was under way when a page is left.
  expectedErrors.push(/CONSOLE JS ERROR .* due to access control checks/);
  const photographs = await makePhotographs(4, { megapixels: 1 });
  const paths = photographs.map(({ path }) => path);
  const user = pail.addUser();
  await hand.signIn(user);
  await hand.see("No pictures yet");
  const first = photographs.reduce((least, { bytes }) => Math.min(least, bytes), Number.POSITIVE_INFINITY);
  pail.bucketWire.hold(2 * first);
  await hand.choose("Choose pictures", paths);
  await expect.poll(() => pail.bucketWire.holding).toBe(true);
  await expect
    .poll(async () => {
      const rows = await hand.page.evaluate(noted);
      return rows.length > 0 && rows.every((isCopied) => isCopied === (kind === "firefox"));
    })
    .toBe(true);
  await hand.page.reload();
  pail.bucketWire.mend();
  if (kind !== "firefox") {
    await hand.see("on the way when Pail was closed");
    // By either button.
    await hand.choose(kind === "webkit" ? "Choose these again" : "Choose pictures", paths);
  }
  await hand.seePictures(4);
  await expect.poll(() => hand.page.evaluate(noted)).toEqual([]);
  const found = pail.query<{ sha256: string }>("select sha256 from images where owner_id = ?", user.id);
  expect(found.map(({ sha256 }) => Buffer.from(sha256, "base64").toString("hex")).sort()).toEqual(
    photographs.map(({ sha256 }) => sha256).sort(),
  );
  expect(pail.query("select count(*) as n from uploads where owner_id = ?", user.id)).toEqual([{ n: 4 }]);
});
