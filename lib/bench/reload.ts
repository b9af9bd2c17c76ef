import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { PailServer } from "@/e2e/support/pail-server";
import { makePhotographs } from "@/e2e/support/photos";
import { objectKinds } from "@/lib/uploads/contract";
import { launchChromium, narrow } from "./chromium";

const files = 30;
const uploadBytesPerSecond = 4_000_000;
const patienceMs = 180_000;
/** By then the page knows what it can read by itself. */
const restoreMs = 5000;

/** A page that is reloaded in the middle of its uploads: how much goes over the wire a second time. */
export async function benchReload(): Promise<void> {
  const pail = await PailServer.start();
  const browser = await launchChromium();
  try {
    const [first = "", ...paths] = (await makePhotographs(files + 1, { megapixels: 15 })).map(
      (photograph) => photograph.path,
    );
    const user = pail.addUser();
    const context = await browser.newContext({ baseURL: pail.origin });
    await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
    const page = await context.newPage();
    await page.goto("/");
    await narrow(page, uploadBytesPerSecond);
    await page.getByLabel("Choose pictures").setInputFiles(first);
    await page.locator("main img").waitFor();
    // Of each picture: forms around its bytes, and the requests that show it.
    const besidesBytes = pail.bucketWire.receivedBytes - imagesOf(pail).bytes;
    await page.getByLabel("Choose pictures").setInputFiles(paths);
    await until(() => imagesOf(pail).count >= files / 3);
    await page.goto("about:blank");
    const sentBytes = pail.bucketWire.receivedBytes;
    const arrived = await arrivedObjects(pail);
    await page.goto("/");
    // What the browser could not keep.
    const again = page.getByLabel("Choose these again");
    await page.waitForTimeout(restoreMs);
    if (await again.isVisible()) await again.setInputFiles(paths);
    await until(() => imagesOf(pail).count === files + 1);
    const { bytes, count } = imagesOf(pail);
    const againBytes = pail.bucketWire.receivedBytes - bytes - count * besidesBytes;
    const inFlightBytes = sentBytes - arrived.bytes - arrived.pictures * besidesBytes;
    console.log(`reload: in the middle of ${files} photographs`);
    console.log(
      `  sent again: ${megabytes(againBytes)} (mark: at most what was in flight, ${megabytes(inFlightBytes)})`,
    );
  } finally {
    await browser.close();
    await pail.stop();
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function imagesOf(pail: PailServer): { count: number; bytes: number } {
  const sql = "select count(*) as count, coalesce(sum(stored_bytes), 0) as bytes from images";
  return pail.query<{ count: number; bytes: number }>(sql)[0] ?? { count: 0, bytes: 0 };
}

/** Of pictures, and of objects that wait to become some: three objects count as one picture. */
async function arrivedObjects(pail: PailServer): Promise<{ bytes: number; pictures: number }> {
  const { s3, name: Bucket } = await pail.bucket();
  const images = imagesOf(pail);
  const ready = pail.query<{ id: string }>("select id from uploads where state = 'ready'");
  const waiting: number[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2(
    { client: s3 },
    { Bucket, Prefix: "incoming/" },
  ))
    for (const { Key = "", Size = 0 } of Contents)
      if (!ready.some(({ id }) => Key.includes(id))) waiting.push(Size);
  s3.destroy();
  return {
    bytes: waiting.reduce((sum, size) => sum + size, images.bytes),
    pictures: images.count + waiting.length / objectKinds.length,
  };
}

async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!isSo()) {
    if (Date.now() > end) throw new Error("the uploads did not come to an end");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
