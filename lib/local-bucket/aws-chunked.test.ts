import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeAwsChunked } from "./aws-chunked";
import { exists, sendSigned, startTestServer, type TestServer } from "./test-bucket";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

function frame(chunks: readonly Buffer[], trailer: string): Buffer {
  const framed = chunks.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...framed, Buffer.from(`0\r\n${trailer}\r\n`)]);
}

const chunk = fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => Buffer.from(bytes));

test("any frames, received in any pieces, are the bytes that were framed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(chunk, { maxLength: 8 }),
      fc.array(fc.nat(500), { maxLength: 20 }),
      async (chunks, cuts) => {
        const whole = Buffer.concat(chunks);
        const framed = frame(chunks, "x-amz-checksum-crc32: AAAAAA==\r\n");
        const at = [
          0,
          ...cuts.map((cut) => Math.min(cut, framed.length)).toSorted((a, b) => a - b),
          framed.length,
        ];
        const source = async function* () {
          for (const [i, end] of at.slice(1).entries()) yield framed.subarray(at[i], end);
        };
        const decoded: Buffer[] = [];
        let trailers: [string, string][] = [];
        const take = (found: [string, string][]) => {
          trailers = found;
        };
        for await (const part of decodeAwsChunked(source(), whole.length, take))
          decoded.push(Buffer.from(part));
        expect(Buffer.concat(decoded)).toEqual(whole);
        expect(trailers).toEqual([["x-amz-checksum-crc32", "AAAAAA=="]]);
      },
    ),
  );
});

const bytes = Buffer.from("framed bytes");
const sum = createHash("sha256").update(bytes).digest("base64");
const put = (body: Buffer, decodedBytes = bytes.length) =>
  sendSigned(server.endpoint, {
    method: "PUT",
    path: `/${server.bucket}/framed`,
    body,
    payload: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    headers: {
      "content-encoding": "aws-chunked",
      "x-amz-decoded-content-length": String(decodedBytes),
      "x-amz-trailer": "x-amz-checksum-sha256",
    },
  });

test("what is not well framed, or has another checksum, is refused and leaves nothing", async () => {
  const good = frame([bytes], `x-amz-checksum-sha256:${sum}\r\n`);
  const bad: [Buffer, number?][] = [
    [bytes],
    [Buffer.alloc(0)],
    [good, bytes.length + 1],
    [good, bytes.length - 1],
    [good.subarray(0, 8)],
    [Buffer.from(`-5\r\n${bytes}`)],
    [Buffer.from("fffffffffffffff\r\n")],
    [Buffer.alloc(20_000, "1")],
    [frame([bytes], "")],
    [frame([bytes], "no colon\r\n")],
    [frame([bytes], `x-amz-checksum-sha256:${createHash("sha256").update("other").digest("base64")}\r\n`)],
  ];
  for (const [body, length] of bad) {
    const answer = await put(body, length);
    expect(answer.status, body.toString()).toBe(400);
    expect(answer.code).toMatch(/^(IncompleteBody|BadDigest|InvalidRequest)$/);
  }
  expect(await exists(server, "framed")).toBe(false);
  expect(await server.files()).toEqual([]);
  expect((await put(good)).status).toBe(200);
});
