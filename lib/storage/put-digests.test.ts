import { randomBytes } from "node:crypto";
import { CreateMultipartUploadCommand, PutObjectCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { setTraits, startTestPail } from "@/lib/testing/test-pail";
import { bucketClient } from "./bucket-client";
import { incoming } from "./locations";
import { partBytes } from "./put-object";
import type { Traits } from "./stores/traits";

let pail: Awaited<ReturnType<typeof startTestPail>>;

beforeAll(async () => {
  pail = await startTestPail();
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => pail.stop());

/** What the server itself saves in one piece and in parts, and the commands that did it. */
async function save(traits: Partial<Traits>) {
  await setTraits(traits);
  const sends = vi.spyOn(bucketClient().s3, "send");
  const inPieces = randomBytes(partBytes + 1000);
  const options = { type: "text/plain", overwrite: true };
  await incoming().save("whole", "a few bytes", options);
  await incoming().save("pieces", inPieces, options);
  const commands = sends.mock.calls.map(([command]) => command);
  const inputsOf = <I>(kind: new (input: never) => { input: I }) =>
    commands.flatMap((command) => (command instanceof kind ? [command.input] : []));
  expect(await incoming().read("whole")).toEqual(Buffer.from("a few bytes"));
  expect((await incoming().read("pieces")).equals(inPieces)).toBe(true);
  return {
    puts: inputsOf(PutObjectCommand),
    begun: inputsOf(CreateMultipartUploadCommand),
    parts: inputsOf(UploadPartCommand),
  };
}

const some = expect.stringMatching(/=$/);

test.each<[Traits["objectDigest"], object]>([
  ["sha256", { ChecksumSHA256: some }],
  ["md5", { ContentMD5: some }],
  ["none", { ChecksumSHA256: some }],
])("an object is held to %s", async (objectDigest, wanted) => {
  const { puts } = await save({ objectDigest });
  expect(puts).toHaveLength(1);
  const [{ ContentMD5, ChecksumSHA256 } = {}] = puts;
  expect({ ...(ContentMD5 && { ContentMD5 }), ...(ChecksumSHA256 && { ChecksumSHA256 }) }).toEqual(wanted);
});

test.each<[Exclude<Traits["partDigest"], "none">, string | undefined, object]>([
  ["sha256", "SHA256", { ChecksumSHA256: some }],
  ["crc32c", "CRC32C", { ChecksumCRC32C: some }],
  ["md5", undefined, { ContentMD5: some }],
])("parts are held to %s", async (partDigest, algorithm, wanted) => {
  const { begun, parts } = await save({ partDigest });
  expect(begun.map(({ ChecksumAlgorithm }) => ChecksumAlgorithm)).toEqual([algorithm]);
  expect(parts).toHaveLength(2);
  for (const { ContentMD5, ChecksumCRC32C, ChecksumSHA256 } of parts)
    expect(
      Object.fromEntries(
        Object.entries({ ContentMD5, ChecksumCRC32C, ChecksumSHA256 }).filter(([, value]) => value),
      ),
    ).toEqual(wanted);
});

test("a store that takes no parts gets one object", async () => {
  const { puts, begun } = await save({ partDigest: "none" });
  expect([puts.length, begun.length]).toEqual([2, 0]);
});
