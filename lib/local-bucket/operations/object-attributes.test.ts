import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "@/lib/testing/contract-store";
import { sendSigned, signByHand } from "@/lib/testing/local-bucket/hand-signed";
import { dial } from "@/lib/testing/local-bucket/raw-http";
import { sha256, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";
import { beginUpload, uploadParts } from "@/lib/testing/local-bucket/uploads";

const bodies = [randomBytes(5 * 1024 ** 2), randomBytes(5 * 1024 ** 2 + 7), randomBytes(100)];
const all = Object.values(s3.ObjectAttributes);
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  const { bucket: Bucket, client } = server;
  await client.send(new s3.PutObjectCommand({ Bucket, Key: "one", Body: "bytes" }));
});
afterAll(() => server.stop());

const ask = async (Key: string, more: Partial<s3.GetObjectAttributesCommandInput> = {}) => {
  const input = { Bucket: server.bucket, Key, ObjectAttributes: all, ...more };
  const { $metadata, ...answer } = await server.client.send(new s3.GetObjectAttributesCommand(input));
  return answer;
};
const raw = (headers: Record<string, string>) =>
  sendSigned(server.endpoint, {
    method: "GET",
    path: `/${server.bucket}/one`,
    query: { attributes: "" },
    headers,
    body: Buffer.alloc(0),
  });

test("an object in one piece tells what it is, and no parts", async () => {
  const head = await server.client.send(new s3.HeadObjectCommand({ Bucket: server.bucket, Key: "one" }));
  expect(await ask("one")).toEqual({
    ETag: createHash("md5").update("bytes").digest("hex"),
    Checksum: { ChecksumSHA256: sha256(Buffer.from("bytes")), ChecksumType: "FULL_OBJECT" },
    StorageClass: "STANDARD",
    ObjectSize: 5,
    LastModified: head.LastModified,
  });
});

test("only what is asked for is told", async () => {
  const { LastModified, ...size } = await ask("one", { ObjectAttributes: ["ObjectSize"] });
  expect(size).toEqual({ ObjectSize: 5 });
  const { LastModified: _, ...two } = await ask("one", { ObjectAttributes: ["StorageClass", "ETag"] });
  expect(Object.keys(two).toSorted()).toEqual(["ETag", "StorageClass"]);
});

describe("an object in parts", () => {
  test.each(["SHA256", "CRC32", "CRC32C", "SHA1"] as const)(
    "lists them with their checksums, page by page, where each has a %s",
    async (algorithm) => {
      const name = `Checksum${algorithm}` as const;
      const key = `parts/${algorithm}`;
      const upload = await beginUpload(server, key, { ChecksumAlgorithm: algorithm });
      const sent: s3.CompletedPart[] = [];
      for (const [i, body] of bodies.entries()) sent.push(await upload.sendPart(i + 1, body));
      const listed = await upload.listParts();
      const completed = await upload.complete(sent);
      const { ObjectParts, Checksum, ETag, ObjectSize } = await ask(key);
      const parts = bodies.map(({ length }, i) => ({
        PartNumber: i + 1,
        Size: length,
        [name]: listed[i]?.[name],
      }));
      expect(parts[0]?.[name]).toMatch(/=/);
      expect([`"${ETag}"`, ObjectSize]).toEqual([completed.ETag, Buffer.concat(bodies).length]);
      expect(Checksum).toEqual({ [name]: completed[name], ChecksumType: "COMPOSITE" });
      expect(ObjectParts).toEqual({
        TotalPartsCount: 3,
        PartNumberMarker: "0",
        NextPartNumberMarker: "3",
        MaxParts: 1000,
        IsTruncated: false,
        Parts: parts,
      });
      const first = (await ask(key, { MaxParts: 2 })).ObjectParts;
      expect(first).toMatchObject({ MaxParts: 2, IsTruncated: true, NextPartNumberMarker: "2" });
      const PartNumberMarker = first?.NextPartNumberMarker;
      const second = (await ask(key, { MaxParts: 2, PartNumberMarker })).ObjectParts;
      expect(second).toMatchObject({ PartNumberMarker: "2", IsTruncated: false });
      expect([...(first?.Parts ?? []), ...(second?.Parts ?? [])]).toEqual(parts);
    },
  );

  test("only counts them where they have no checksum, or the whole object has one", async () => {
    await uploadParts(server, "parts/plain", bodies);
    const { ObjectParts, Checksum } = await ask("parts/plain");
    expect([ObjectParts, Checksum]).toEqual([{ TotalPartsCount: 3 }, undefined]);
    await uploadParts(server, "parts/whole", bodies, { ChecksumAlgorithm: "CRC64NVME" });
    const whole = await ask("parts/whole");
    expect(whole.ObjectParts).toEqual({ TotalPartsCount: 3 });
    expect(whole.Checksum).toMatchObject({ ChecksumType: "FULL_OBJECT" });
  });

  test("only counts them where an older server did not keep their checksums", async () => {
    await server.local.close();
    const index = new Database(join(server.dataDir, "index.sqlite"));
    index.exec("UPDATE blob SET part = NULL");
    index.close();
    await server.restart({ stopped: true });
    expect((await ask("parts/CRC32")).ObjectParts).toEqual({ TotalPartsCount: 3 });
    expect((await ask("parts/SHA256")).ObjectParts?.Parts).toHaveLength(3);
  });
});

test("what is not there, or cannot be told, is refused", async () => {
  expect(await refusal(ask("none"))).toBe("404 NoSuchKey");
  expect(await refusal(ask("one", { Bucket: "not-there" }))).toBe("404 NoSuchBucket");
  expect(await refusal(ask("one", { VersionId: "other" }))).toBe("400 InvalidArgument");
  expect((await ask("one", { VersionId: "null" })).ObjectSize).toBe(5);
  const answers = await Promise.all([
    raw({}),
    raw({ "x-amz-object-attributes": "," }),
    raw({ "x-amz-object-attributes": "ETag,Colour" }),
    raw({ "x-amz-object-attributes": "ETag", "x-amz-max-parts": "-1" }),
    raw({ "x-amz-object-attributes": "ETag", "x-amz-part-number-marker": "one" }),
  ]);
  expect(answers.map(({ status, code }) => `${status} ${code}`)).toEqual([
    "400 InvalidRequest",
    "400 InvalidRequest",
    "400 InvalidArgument",
    "400 InvalidArgument",
    "400 InvalidArgument",
  ]);
});

test("what the client has already is not told again", async () => {
  const etag = `"${(await ask("one")).ETag}"`;
  const asked = { "x-amz-object-attributes": "ETag" };
  expect((await raw({ ...asked, "if-none-match": etag })).status).toBe(304);
  expect((await raw({ ...asked, "if-match": '"other"' })).status).toBe(412);
});

test("the names may come in several headers, as some clients send them", async () => {
  const path = `/${server.bucket}/one`;
  const { headers } = await signByHand(server.endpoint, {
    method: "GET",
    path,
    query: { attributes: "" },
    headers: { "x-amz-object-attributes": "ETag,ObjectSize" },
    body: Buffer.alloc(0),
  });
  const lines = Object.entries({ ...headers, connection: "close" }).flatMap(([name, value]) =>
    name === "x-amz-object-attributes"
      ? value.split(",").map((one) => `${name}: ${one}`)
      : [`${name}: ${value}`],
  );
  const { socket, ended } = await dial(server);
  socket.write([`GET ${path}?attributes= HTTP/1.1`, ...lines, "", ""].join("\r\n"));
  const answer = await ended;
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toMatch(/<ETag>\w{32}<\/ETag><ObjectSize>5<\/ObjectSize>/);
});
