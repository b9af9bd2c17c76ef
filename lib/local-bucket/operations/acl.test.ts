import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { refusal } from "@/lib/testing/contract-store";
import { sendSigned } from "@/lib/testing/local-bucket/hand-signed";
import { startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.client.send(new s3.PutObjectCommand({ Bucket: server.bucket, Key: "there", Body: "x" }));
});
afterAll(() => server.stop());

test("the owner may do everything with a bucket and an object, and nobody else anything", async () => {
  const { client, bucket: Bucket } = server;
  const { Owner } = await client.send(new s3.ListBucketsCommand({}));
  const all = [{ Grantee: { ...Owner, Type: "CanonicalUser" }, Permission: "FULL_CONTROL" }];
  const ofBucket = await client.send(new s3.GetBucketAclCommand({ Bucket }));
  expect([ofBucket.Owner, ofBucket.Grants]).toEqual([Owner, all]);
  const ofObject = await client.send(new s3.GetObjectAclCommand({ Bucket, Key: "there" }));
  expect([ofObject.Owner, ofObject.Grants]).toEqual([Owner, all]);
});

test("the type of the grantee is an attribute, and the elements are closed by their names", async () => {
  const { body } = await sendSigned(server.endpoint, {
    method: "GET",
    path: `/${server.bucket}`,
    query: { acl: "" },
    body: Buffer.alloc(0),
  });
  expect(body).toContain(
    '<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>',
  );
  expect(body).toContain("</Grantee><Permission>FULL_CONTROL</Permission></Grant>");
});

test("what is not there has none, and none can be put", async () => {
  const { client, bucket: Bucket } = server;
  const missing = client.send(new s3.GetObjectAclCommand({ Bucket, Key: "not there" }));
  expect(await refusal(missing)).toBe("404 NoSuchKey");
  const elsewhere = client.send(new s3.GetBucketAclCommand({ Bucket: "not-there" }));
  expect(await refusal(elsewhere)).toBe("404 NoSuchBucket");
  const put = client.send(new s3.PutObjectAclCommand({ Bucket, Key: "there", ACL: "public-read" }));
  await expect(put).rejects.toMatchObject({
    name: "NotImplemented",
    message: "This server does not implement PutObjectAcl.",
  });
  expect(await refusal(client.send(new s3.PutBucketAclCommand({ Bucket, ACL: "private" })))).toBe(
    "501 NotImplemented",
  );
});
