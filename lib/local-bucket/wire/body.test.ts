import { createHash } from "node:crypto";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { frame, type Signing, sendSigned } from "@/lib/testing/local-bucket/hand-signed";
import type { Answer } from "@/lib/testing/local-bucket/raw-http";
import { exists, sha256, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";

const chunks = [Buffer.alloc(9000, "a"), Buffer.alloc(9000, "b"), Buffer.from("the end")];
const whole = Buffer.concat(chunks);
const field = `x-amz-checksum-sha256:${sha256(whole)}`;
const unsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const signed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const signedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

function put(
  payload: string,
  body: Buffer | ((signing: Signing) => Buffer),
  headers: Record<string, string> = {},
): Promise<Answer> {
  return sendSigned(server.endpoint, {
    method: "PUT",
    path: `/${server.bucket}/framed`,
    body,
    payload,
    headers: {
      "content-encoding": "aws-chunked",
      "x-amz-decoded-content-length": String(whole.length),
      ...(payload.endsWith("-TRAILER") ? { "x-amz-trailer": "x-amz-checksum-sha256" } : {}),
      ...headers,
    },
  });
}

/** The body that fits a payload, changed in some way once it is signed. */
const framed =
  (payload: string, change: (parts: Buffer[]) => Buffer[] = (parts) => parts) =>
  (signing: Signing) => {
    const trailer = payload.endsWith("-TRAILER") ? field : undefined;
    return Buffer.concat(change(frame(chunks, trailer, payload === unsigned ? undefined : signing)));
  };

test("a wrong body is refused and leaves nothing", async () => {
  const other = createHash("sha256").update("other").digest("base64");
  const swap = ([first, second, ...rest]: Buffer[]) => [second, first, ...rest].filter((part) => !!part);
  const flip = (parts: Buffer[]) => {
    for (const part of parts.slice(0, 1)) part[part.length - 3] = 0;
    return parts;
  };
  const bad: [string, Parameters<typeof put>[1], string, Record<string, string>?][] = [
    [unsigned, whole, "IncompleteBody"],
    [unsigned, Buffer.alloc(0), "IncompleteBody"],
    [unsigned, Buffer.alloc(20_000, "1"), "IncompleteBody"],
    [unsigned, Buffer.from("-5\r\nabcde\r\n"), "IncompleteBody"],
    [unsigned, Buffer.from("fffffffffffffff\r\n"), "IncompleteBody"],
    [unsigned, framed(unsigned), "IncompleteBody", { "x-amz-decoded-content-length": "18006" }],
    [unsigned, framed(unsigned), "IncompleteBody", { "x-amz-decoded-content-length": "18008" }],
    [unsigned, framed(unsigned, (parts) => parts.slice(0, 2)), "IncompleteBody"],
    [unsigned, framed(unsigned, flip), "BadDigest"],
    [unsigned, framed(unsigned, swap), "BadDigest"],
    [unsigned, framed(signedTrailer), "IncompleteBody"],
    [unsigned, Buffer.concat(frame(chunks, "")), "MalformedTrailerError"],
    [unsigned, Buffer.concat(frame(chunks, "no colon")), "MalformedTrailerError"],
    [unsigned, Buffer.concat(frame(chunks, `${field}\r\n${field}`)), "MalformedTrailerError"],
    [unsigned, Buffer.concat(frame(chunks, "x-amz-checksum-crc32:AAAAAA==")), "MalformedTrailerError"],
    [unsigned, Buffer.concat(frame(chunks, `x-amz-checksum-sha256:${other}`)), "BadDigest"],
    [unsigned, framed(unsigned), "InvalidRequest", { "x-amz-trailer": "x-amz-meta-a" }],
    [unsigned, framed(unsigned), "InvalidRequest", { "x-amz-checksum-crc32": "AAAAAA==" }],
    [unsigned, framed(unsigned), "InvalidRequest", { "x-amz-sdk-checksum-algorithm": "CRC32" }],
    [signed, framed(unsigned), "IncompleteBody"],
    [signed, framed(signed, flip), "SignatureDoesNotMatch"],
    [signed, framed(signed, swap), "SignatureDoesNotMatch"],
    [signed, framed(signed, (parts) => parts.slice(0, 3)), "IncompleteBody"],
    [signed, (signing) => framed(signed)({ ...signing, seed: "0".repeat(64) }), "SignatureDoesNotMatch"],
    [signedTrailer, framed(signed), "MalformedTrailerError"],
    [signedTrailer, framed(signedTrailer, (parts) => parts.slice(0, -1)), "MalformedTrailerError"],
    [signedTrailer, framed(signedTrailer, flip), "SignatureDoesNotMatch"],
    ["STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", framed(signed), "NotImplemented"],
    ["STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER", framed(signedTrailer), "NotImplemented"],
    ["nonsense", whole, "InvalidArgument"],
  ];
  for (const [i, [payload, body, code, headers]] of bad.entries()) {
    expect((await put(payload, body, headers)).code, `case ${i}`).toBe(code);
  }
  expect(await exists(server, "framed")).toBe(false);
  expect(await server.files()).toEqual([]);
});

test("what one signed chunk says of its refusal names no right signature", async () => {
  const answer = await put(signed, (signing) => framed(signed)({ ...signing, seed: "0".repeat(64) }));
  expect(answer.body).toContain("<StringToSign>AWS4-HMAC-SHA256-PAYLOAD");
  expect(answer.body).toContain("<SignatureProvided>");
});

test.each([unsigned, signed, signedTrailer])("a body sent as %s becomes the object", async (payload) => {
  expect((await put(payload, framed(payload))).status).toBe(200);
  const head = await server.client.send(
    new HeadObjectCommand({ Bucket: server.bucket, Key: "framed", ChecksumMode: "ENABLED" }),
  );
  expect(head).toMatchObject({ ContentLength: whole.length, ChecksumSHA256: sha256(whole) });
  expect(head.ContentEncoding).toBeUndefined();
});
