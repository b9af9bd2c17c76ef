import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { database, openDatabase, setDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { env, setEnv } from "@/lib/env";
import { getImage } from "@/lib/images/image";
import { setUpBucket } from "@/lib/storage/bucket";
import { bucketClient } from "@/lib/storage/bucket-client";
import { incoming, media } from "@/lib/storage/storage";
import { addViewer, makePicture, post, postAll, type TestPicture } from "@/lib/test-pail";
import { beginUploads } from "./begin";
import { confirmUploads } from "./confirm";

// The same variables as the local bucket's contract; Ceph keeps no SHA-256 and takes no notice of copy conditions.
const {
  S3_CONTRACT_ENDPOINT: endpoint,
  S3_CONTRACT_ACCESS_KEY,
  S3_CONTRACT_SECRET_KEY,
  S3_CONTRACT_REGION,
} = process.env;

describe.runIf(endpoint !== undefined)(`an upload to ${endpoint}`, () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), "pail-other-store-"));
    setEnv({
      DATA_DIR: dataDir,
      APP_ORIGIN: "http://localhost:3000",
      S3_BUCKET: `pail-${Date.now()}`,
      S3_ENDPOINT: endpoint ?? "",
      S3_REGION: S3_CONTRACT_REGION ?? "",
      AWS_ACCESS_KEY_ID: S3_CONTRACT_ACCESS_KEY ?? "",
      AWS_SECRET_ACCESS_KEY: S3_CONTRACT_SECRET_KEY ?? "",
    });
    setDatabase(openDatabase(`file:${path.join(dataDir, "pail.sqlite")}`));
    await migrate(database());
  });
  afterAll(async () => {
    database().close();
    await rm(dataDir, { recursive: true });
  });

  async function begin(picture: TestPicture) {
    const viewer = await addViewer();
    const [outcome] = await beginUploads(viewer, [picture.offer]);
    if (outcome?.status !== "granted") throw new Error(`not granted: ${JSON.stringify(outcome)}`);
    return { viewer, ...outcome };
  }

  test("finds the bucket set up, and a second set-up with nothing to change", async () => {
    expect(await setUpBucket(bucketClient(), env().appOrigin)).toHaveLength(2);
    expect(await setUpBucket(bucketClient(), env().appOrigin)).toEqual([]);
  });

  test("becomes an image that is there byte for byte, with the headers that its URL asks for", async () => {
    const picture = await makePicture("Zürich 日本.jpg");
    const { viewer, forms, uploadId } = await begin(picture);
    expect(await postAll(forms, picture)).toEqual([204, 204, 204]);
    const [outcome] = await confirmUploads(viewer, [uploadId]);
    if (outcome?.status !== "ready") throw new Error(`not ready: ${JSON.stringify(outcome)}`);
    const download = await fetch((await getImage(viewer, outcome.image.id)).downloadUrl);
    expect(download.headers.get("cache-control")).toBe("private, max-age=86400, immutable");
    expect(download.headers.get("content-disposition")).toContain(encodeURIComponent("日本"));
    expect(Buffer.from(await download.arrayBuffer()).equals(picture.bytes.original)).toBe(true);
  });

  test("of other bytes of the same length never becomes one, and leaves nothing", async () => {
    const picture = await makePicture();
    const { viewer, forms, uploadId } = await begin(picture);
    const flipped = Buffer.from(picture.bytes.original);
    flipped[300] = (flipped[300] ?? 0) ^ 1;
    await postAll(forms, { ...picture, bytes: { ...picture.bytes, original: flipped } });
    const [outcome] = await confirmUploads(viewer, [uploadId]);
    expect(outcome?.status === "refused" && outcome.error.code).toMatch(/^(bytes_differ|not_arrived)$/);
  });

  test("that is swapped between check and copy is noticed", async () => {
    const picture = await makePicture();
    const { forms, uploadId } = await begin(picture);
    await post(forms.original, picture.bytes.original);
    const copied = media().copy({ storage: incoming(), name: `${uploadId}/original` }, "swapped/a.jpg", {
      etag: '"0123"',
    });
    await expect(copied).rejects.toMatchObject({ code: "changed" });
  });
});
