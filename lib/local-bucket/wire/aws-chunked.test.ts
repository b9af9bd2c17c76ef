import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { frame, type Signing } from "@/lib/testing/local-bucket/hand-signed";
import { ChunkSignatures } from "../signing/chunk-signatures";
import { decodeAwsChunked, type Framing } from "./aws-chunked";
import { S3Error } from "./s3-error";

const key = { accessKeyId: "id", key: Buffer.from("a key of 32 bytes for the tests.") };
const longDate = "20260101T000000Z";
const scope = "20260101/eu-central-1/s3/aws4_request";
const seed = "0".repeat(64);
const signing: Signing = {
  longDate,
  scope,
  seed,
  sign: (text) => createHmac("sha256", key.key).update(text).digest("hex"),
};
const hex = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");

async function decode(pieces: Iterable<Buffer>, decodedBytes: number, kind: Partial<Framing>) {
  const source = async function* () {
    yield* pieces;
  };
  const decoded: Buffer[] = [];
  const framing = { decodedBytes, ...kind };
  for await (const part of decodeAwsChunked(source(), framing)) decoded.push(Buffer.from(part));
  return Buffer.concat(decoded);
}

const chunk = fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => Buffer.from(bytes));
const chunks = fc.array(chunk, { maxLength: 8 });
const field = "x-amz-checksum-crc32:AAAAAA==";

test.each([
  ["unsigned, with a trailer", false, true],
  ["signed", true, false],
  ["signed, with a trailer", true, true],
])("any frames (%s), received in any pieces, are the bytes that were framed", async (_kind, signed, ends) => {
  await fc.assert(
    fc.asyncProperty(chunks, fc.array(fc.nat(2000), { maxLength: 20 }), async (framed, cuts) => {
      const whole = Buffer.concat(framed);
      const body = Buffer.concat(frame(framed, ends ? field : undefined, signed ? signing : undefined));
      const at = [0, ...cuts.map((cut) => Math.min(cut, body.length)), body.length].toSorted((a, b) => a - b);
      const pieces = at.slice(1).map((end, i) => body.subarray(at[i], end));
      const found: [string, string][] = [];
      const decoded = await decode(pieces, whole.length, {
        signatures: signed ? new ChunkSignatures(key, longDate, scope, seed) : undefined,
        takeTrailer: ends ? (fields) => found.push(...fields) : undefined,
      });
      expect(decoded).toEqual(whole);
      expect(found).toEqual(ends ? [["x-amz-checksum-crc32", "AAAAAA=="]] : []);
    }),
  );
});

/** Every way in which a framed body can be another one. */
const mutation = fc.oneof(
  fc.record({ what: fc.constant("byte" as const), at: fc.nat(), to: fc.nat(255) }),
  fc.record({ what: fc.constant("drop" as const), at: fc.nat() }),
  fc.record({ what: fc.constant("swap" as const), at: fc.nat() }),
  fc.record({ what: fc.constant("repeat" as const), at: fc.nat() }),
  fc.record({ what: fc.constant("cut" as const), at: fc.nat() }),
  fc.record({ what: fc.constant("append" as const), bytes: chunk }),
);

function mutate(parts: Buffer[], change: typeof mutation extends fc.Arbitrary<infer T> ? T : never): Buffer {
  const body = Buffer.concat(parts);
  if (change.what === "append") return Buffer.concat([body, change.bytes]);
  if (change.what === "cut") return body.subarray(0, change.at % body.length);
  if (change.what === "byte") {
    body[change.at % body.length] = change.to;
    return body;
  }
  const at = change.at % parts.length;
  const [here = Buffer.alloc(0), next = Buffer.alloc(0)] = parts.slice(at, at + 2);
  const others = { drop: [next], swap: [next, here], repeat: [here, here, next] }[change.what];
  return Buffer.concat(parts.toSpliced(at, 2, ...others));
}

test.each([true, false])("any single change to a signed body is refused (trailer: %s)", async (ends) => {
  await fc.assert(
    fc.asyncProperty(chunks, mutation, async (framed, change) => {
      const parts = frame(framed, ends ? field : undefined, signing);
      const body = mutate(parts, change);
      // Upper case means the same in a length and in a name.
      fc.pre(body.toString("latin1").toLowerCase() !== Buffer.concat(parts).toString("latin1").toLowerCase());
      const decoding = decode([body], Buffer.concat(framed).length, {
        signatures: new ChunkSignatures(key, longDate, scope, seed),
        takeTrailer: ends ? () => undefined : undefined,
      });
      const error: unknown = await decoding.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(S3Error);
      expect((error as S3Error).code).toMatch(
        /^(SignatureDoesNotMatch|IncompleteBody|MalformedTrailerError)$/,
      );
    }),
    { numRuns: 1000 },
  );
});

test("the signatures are those of the example in the AWS documentation", () => {
  const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  const signing = ["20130524", "us-east-1", "s3", "aws4_request"].reduce(
    (last: Buffer, part) => createHmac("sha256", last).update(part).digest(),
    Buffer.from(`AWS4${secret}`),
  );
  const of = (first: string) =>
    new ChunkSignatures(
      { accessKeyId: "AKIAIOSFODNN7EXAMPLE", key: signing },
      "20130524T000000Z",
      "20130524/us-east-1/s3/aws4_request",
      first,
    );
  const [first, second, last] = [Buffer.alloc(65536, "a"), Buffer.alloc(1024, "a"), Buffer.alloc(0)].map(hex);
  const plain = of("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
  plain.checkChunk(first ?? "", "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
  plain.checkChunk(second ?? "", "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497");
  plain.checkChunk(last ?? "", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
  const ending = of("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
  ending.checkChunk(first ?? "", "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2");
  ending.checkChunk(second ?? "", "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7");
  ending.checkChunk(last ?? "", "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992");
  ending.checkTrailer(
    hex("x-amz-checksum-crc32c:sOO8/Q==\n"),
    "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
  );
});
