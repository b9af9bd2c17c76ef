import fs from "node:fs";
import path from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { addToAlbum } from "@/lib/albums/filling";
import { env } from "@/lib/env";
import { changeImage } from "@/lib/images/image";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { bucketClient, connectBucket } from "@/lib/storage/bucket-client";
import { putObject } from "@/lib/storage/put-object";
import { addPicture, makeJpeg } from "@/lib/testing/add-picture";
import { newFolder, run } from "@/lib/testing/command-line";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";

let pail: { stop(): Promise<void> };
let viewer: Viewer;

beforeAll(async () => {
  pail = await startTestPail();
  viewer = await addViewer("안나");
  const ids = [
    await addPicture(viewer, "IMG_1.jpg", await makeJpeg({ taken: "2024:07:01 00:30:00", zone: "+02:00" })),
    await addPicture(viewer, "호수.jpg", await makeJpeg({ taken: "2023:12:31 23:59:58" })),
    await addPicture(viewer, "a.jpg", await makeJpeg(), {
      at: Date.UTC(2019, 4, 6),
      zoneMinutes: 60,
      source: "file",
    }),
  ];
  await changeImage(viewer, { id: ids[0] ?? "", changes: { title: "بحيرة" } });
  await addToAlbum(viewer, { name: "여행", imageIds: ids.slice(0, 2) });
});
afterAll(() => pail.stop());

/** Of the Pail of this test, whose bucket this process serves. */
const running = () => ({
  DATA_DIR: env().dataDir,
  S3_PORT: new URL(bucketClient().endpoint).port,
  DATABASE_URL: `file:${path.join(env().dataDir, "pail.sqlite")}`,
});

/** Of an export what does not differ by the Pail that it is of. */
function contentsOf(folder: string): Record<string, unknown> {
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.map((file) => {
      const bytes = fs.readFileSync(file);
      const name = path.relative(folder, file).normalize("NFC");
      if (!name.endsWith(".json")) return [name, bytes.toString("base64")];
      const { owner: _, pictures, ...facts } = JSON.parse(bytes.toString());
      const same = pictures.map(({ id: _id, addedAt: _at, ...picture }: Record<string, unknown>) => picture);
      // They are in the order in which they were added.
      const inOrder = same.sort((one: { name: string }, other: { name: string }) =>
        one.name < other.name ? -1 : 1,
      );
      return [name, { ...facts, pictures: inOrder }];
    }),
  );
}

test("a fresh Pail has from an export what that Pail had, and exports the same", async () => {
  const [first, second] = [newFolder(), newFolder()];
  const exported = await run(["export", first, "--owner", viewer.email], running());
  expect(exported).toMatchObject({ code: 0, err: "" });
  expect(exported.out).toMatch(/^Wrote 3 pictures \(\d+ bytes\) to .*; 0 were there already\.\n$/);

  const fresh = { DATA_DIR: newFolder() };
  const email = "anna@example.org";
  const account = await run(["create-admin", "--email", email], fresh, "a long password of mine\n");
  expect(account).toMatchObject({ code: 0 });
  const imported = await run(["import", first, "--owner", email], fresh);
  expect(imported).toMatchObject({
    code: 0,
    out: "Sent 3; 0 were already there; 0 failed.\n",
    err: expect.stringMatching(/^(sent {2}.*\n){3}$/),
  });
  await run(["export", second, "--owner", email, "--json"], fresh);
  expect(contentsOf(second)).toEqual(contentsOf(first));

  fs.writeFileSync(
    path.join(first, "Pictures", "2019", "drawing.svg"),
    "<svg xmlns='http://www.w3.org/2000/svg'/>",
  );
  const again = await run(["import", first, "--owner", email, "--json"], fresh);
  expect(again.code).toBe(1);
  expect(
    JSON.parse(again.out)
      .files.map(({ status }: { status: string }) => status)
      .sort(),
  ).toEqual([...Array(3).fill("duplicate"), "failed"]);
}, 240_000);

test("of a bucket with other settings a prefix is imported; one with nothing under it is a sentence", async () => {
  const credentials = { accessKeyId: "AKIAELSEWHERE", secretAccessKey: "a-secret-key" };
  const region = "eu-north-1";
  const store = await startLocalBucket({ dataDir: newFolder(), region, credentials });
  const elsewhere = connectBucket({
    ...{ local: null, name: "pictures", region, credentials, vercelRole: undefined },
    ...{ endpoint: store.url, publicEndpoint: store.url, forcePathStyle: true },
  });
  await elsewhere.s3.send(new CreateBucketCommand({ Bucket: "pictures" }));
  const headers = { ContentType: "image/jpeg" };
  await putObject(elsewhere, "old/ü b.jpg", await makeJpeg(), { headers, overwrite: true });
  const file = path.join(newFolder(), "elsewhere.env");
  const keys = `AWS_ACCESS_KEY_ID=${credentials.accessKeyId}\nAWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`;
  fs.writeFileSync(file, `S3_ENDPOINT=${store.url}\nS3_REGION=${region}\n${keys}\n`);
  const importing = (place: string) =>
    run(["import", place, "--owner", viewer.email, "--from", file], running());
  const [imported, nothing] = await Promise.all(
    ["s3://pictures/old/", "s3://pictures/nowhere"].map(importing),
  );
  expect(imported).toMatchObject({ code: 0, out: "Sent 1; 0 were already there; 0 failed.\n" });
  expect(imported?.err).toBe("sent  s3://pictures/old/ü b.jpg\n");
  expect(nothing).toMatchObject({ code: 1, err: "There is nothing under s3://pictures/nowhere.\n" });
  await store.close();
}, 240_000);

test.each<[string, () => string[], number, RegExp]>([
  ["no folder", () => ["export"], 2, /^Say into which folder: .*\n$/],
  [
    "a folder that is a file",
    () => ["export", "package.json"],
    1,
    /^.*package\.json.* cannot be written \(E\w+\)\.\n$/,
  ],
  ["nobody", () => ["import", newFolder()], 2, /^Say whose .*\n$/],
  [
    "no such folder",
    () => ["import", "/nowhere/at/all", "--owner", viewer.email],
    1,
    /^There is no folder .*\.\n$/,
  ],
  [
    "an owner who is none",
    () => ["import", newFolder(), "--owner", "no@example.org"],
    1,
    /^Nobody has .*\.\n$/,
  ],
])("says in one sentence what is wrong: %s", async (_, args, exitCode, sentence) => {
  const { code, out, err } = await run(args(), running());
  expect([code, out, err]).toEqual([exitCode, "", expect.stringMatching(sentence)]);
});
