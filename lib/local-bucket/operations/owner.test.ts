import * as s3 from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { refusal } from "@/lib/testing/contract-store";
import { exists, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";

let server: TestServer;
let ownerId: string;
const stranger = "111122223333";

beforeAll(async () => {
  server = await startTestServer();
  const { Owner } = await server.client.send(new s3.ListBucketsCommand({}));
  ownerId = Owner?.ID ?? "";
});
afterAll(() => server.stop());

const at = (Key: string) => ({ Bucket: server.bucket, Key });
const put = (Key: string, more: Partial<s3.PutObjectCommandInput> = {}) =>
  server.client.send(new s3.PutObjectCommand({ ...at(Key), Body: "x", ...more }));

test("whoever expects another owner is refused, and nothing is done", async () => {
  await put("there");
  await put("owner's", { ExpectedBucketOwner: ownerId });
  const { client, bucket: Bucket } = server;
  const ExpectedBucketOwner = stranger;
  const expecting = { Bucket, ExpectedBucketOwner };
  expect(await refusal(put("stranger's", { ExpectedBucketOwner }))).toBe("403 AccessDenied");
  expect(await exists(server, "stranger's")).toBe(false);
  const sends = [
    () => client.send(new s3.GetObjectCommand({ ...at("there"), ExpectedBucketOwner })),
    () => client.send(new s3.DeleteObjectCommand({ ...at("there"), ExpectedBucketOwner })),
    () => client.send(new s3.ListObjectsV2Command(expecting)),
    () => client.send(new s3.GetBucketCorsCommand(expecting)),
    () => client.send(new s3.CreateMultipartUploadCommand({ ...at("m"), ExpectedBucketOwner })),
    () => client.send(new s3.DeleteBucketCommand(expecting)),
  ];
  for (const send of sends) expect(await refusal(send())).toBe("403 AccessDenied");
  expect(await refusal(client.send(new s3.HeadBucketCommand(expecting)))).toMatch(/^403 /);
  expect(await exists(server, "there")).toBe(true);
});

test("a copy may expect an owner of either bucket", async () => {
  await put("from");
  const copy = (more: Partial<s3.CopyObjectCommandInput>) =>
    server.client.send(
      new s3.CopyObjectCommand({ ...at("to"), CopySource: `${server.bucket}/from`, ...more }),
    );
  expect(await refusal(copy({ ExpectedSourceBucketOwner: stranger }))).toBe("403 AccessDenied");
  expect(await refusal(copy({ ExpectedBucketOwner: stranger }))).toBe("403 AccessDenied");
  expect(await exists(server, "to")).toBe(false);
  await copy({ ExpectedBucketOwner: ownerId, ExpectedSourceBucketOwner: ownerId });
  expect(await exists(server, "to")).toBe(true);
});

test("an expected owner is the number of an account, and is expected of buckets that are there", async () => {
  for (const ExpectedBucketOwner of ["local", "0000", "1234567890123"]) {
    expect(await refusal(put("x", { ExpectedBucketOwner }))).toBe("400 InvalidBucketOwnerAWSAccountID");
  }
  const elsewhere = new s3.ListObjectsV2Command({ Bucket: "not-there", ExpectedBucketOwner: stranger });
  expect(await refusal(server.client.send(elsewhere))).toBe("404 NoSuchBucket");
});

test("it is expected by a signed URL too", async () => {
  await put("signed");
  const get = (ExpectedBucketOwner: string) => {
    const command = new s3.GetObjectCommand({ ...at("signed"), ExpectedBucketOwner });
    return getSignedUrl(server.client, command);
  };
  expect((await fetch(await get(stranger))).status).toBe(403);
  expect((await fetch(await get(ownerId))).status).toBe(200);
});

test("a listing tells the owner of each object: the older one always, the newer one where it is asked to", async () => {
  const { client, bucket: Bucket } = server;
  await put("listed");
  const owners = (contents: s3._Object[] = []) => new Set(contents.map(({ Owner }) => Owner?.ID));
  const newer = (FetchOwner?: boolean) => client.send(new s3.ListObjectsV2Command({ Bucket, FetchOwner }));
  expect(owners((await newer()).Contents)).toEqual(new Set([undefined]));
  expect(owners((await newer(false)).Contents)).toEqual(new Set([undefined]));
  expect(owners((await newer(true)).Contents)).toEqual(new Set([ownerId]));
  const older = await client.send(new s3.ListObjectsCommand({ Bucket }));
  expect(owners(older.Contents)).toEqual(new Set([ownerId]));
});
