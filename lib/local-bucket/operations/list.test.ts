import {
  ListObjectsCommand,
  type ListObjectsCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";

let server: TestServer;

// Few letters, so that prefixes and delimiters meet; the last two are in another order in UTF-16 than in UTF-8.
const letters = ["a", "b", "/", "é", "\uffee", "😀"];
const keys = [
  ...new Set(
    fc.sample(
      fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 5 }).map((parts) => parts.join("")),
      { numRuns: 60, seed: 1 },
    ),
  ),
];

beforeAll(async () => {
  server = await startTestServer();
  for (const Key of keys)
    await server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body: "x" }));
});
afterAll(() => server.stop());

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What S3 says a listing is, in the simplest words. */
function model(prefix: string, delimiter: string, startAfter: string): string[] {
  const entries = keys
    .filter((key) => key.startsWith(prefix) && byBytes(key, startAfter) > 0)
    .map((key) => {
      const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
      return end < 0 ? key : `${key.slice(0, end + delimiter.length)} (prefix)`;
    });
  return [...new Set(entries)].toSorted(byBytes);
}

const text = fc.array(fc.constantFrom(...letters), { maxLength: 2 }).map((parts) => parts.join(""));

test("pages of any size, put together, are what the model says", async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      text,
      text,
      fc.integer({ min: 1, max: 20 }),
      async (prefix, delimiter, startAfter, size) => {
        const found: string[] = [];
        let token: string | undefined;
        do {
          const page = await server.client.send(
            new ListObjectsV2Command({
              Bucket: server.bucket,
              Prefix: prefix,
              Delimiter: delimiter || undefined,
              StartAfter: startAfter || undefined,
              MaxKeys: size,
              ContinuationToken: token,
            }),
          );
          const objects = (page.Contents ?? []).map(({ Key }) => Key ?? "");
          const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix} (prefix)`);
          expect(objects).toEqual(objects.toSorted(byBytes));
          expect(page.KeyCount).toBe(objects.length + prefixes.length);
          expect(page.KeyCount).toBeLessThanOrEqual(size);
          expect(page.IsTruncated).toBe(page.NextContinuationToken !== undefined);
          found.push(...objects, ...prefixes);
          token = page.NextContinuationToken;
        } while (token);
        expect(found.toSorted(byBytes)).toEqual(model(prefix, delimiter, startAfter));
      },
    ),
    { numRuns: 60 },
  );
});

test("pages of the older listing, which go on behind the last entry, are what the model says too", async () => {
  await fc.assert(
    fc.asyncProperty(text, text, fc.integer({ min: 1, max: 20 }), async (prefix, delimiter, size) => {
      const found: string[] = [];
      let marker: string | undefined;
      do {
        const page: ListObjectsCommandOutput = await server.client.send(
          new ListObjectsCommand({
            Bucket: server.bucket,
            Prefix: prefix,
            Delimiter: delimiter || undefined,
            Marker: marker,
            MaxKeys: size,
          }),
        );
        const objects = (page.Contents ?? []).map(({ Key }) => Key ?? "");
        const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix} (prefix)`);
        found.push(...objects, ...prefixes);
        // Without a delimiter S3 tells no marker: the last key is it.
        marker = page.IsTruncated ? (page.NextMarker ?? objects.at(-1)) : undefined;
      } while (marker);
      expect(found.toSorted(byBytes)).toEqual(model(prefix, delimiter, ""));
    }),
    { numRuns: 60 },
  );
});

test("what cannot be a listing is refused", async () => {
  const list = (more: object) =>
    server.client.send(new ListObjectsV2Command({ Bucket: server.bucket, ...more }));
  await expect(list({ MaxKeys: -1 })).rejects.toMatchObject({ name: "InvalidArgument" });
  await expect(list({ ContinuationToken: "not a token!" })).rejects.toMatchObject({
    name: "InvalidArgument",
  });
  await expect(list({ EncodingType: "hex" })).rejects.toMatchObject({ name: "InvalidArgument" });
  expect((await list({ MaxKeys: 0 })).IsTruncated).toBe(false);
});
