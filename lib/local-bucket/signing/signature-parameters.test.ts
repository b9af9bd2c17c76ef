import { connect } from "node:net";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postForm } from "@/lib/testing/local-bucket/forms";
import { sendSigned } from "@/lib/testing/local-bucket/hand-signed";
import { send } from "@/lib/testing/local-bucket/raw-http";
import { startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";

const bytes = Buffer.from("some bytes");
const realTime = () => Date.now();
let clock = realTime;
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ now: () => new Date(clock()) });
  await server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key: "secret.png", Body: bytes }));
});
afterAll(() => server.stop());

const signedGet = (options: { expiresIn?: number; signingDate?: Date } = {}) =>
  getSignedUrl(server.client, new GetObjectCommand({ Bucket: server.bucket, Key: "secret.png" }), options);

/** Sets the server's clock for as long as a test runs. */
async function at<T>(time: number, run: () => Promise<T>): Promise<T> {
  clock = () => time;
  try {
    return await run();
  } finally {
    clock = realTime;
  }
}

test.each([
  [0, undefined],
  [-899, undefined],
  [-901, "RequestTimeTooSkewed"],
  [899, undefined],
  [901, "RequestTimeTooSkewed"],
])("a request signed %i seconds from now is answered %s", async (seconds, code) => {
  const signedAt = new Date(Math.floor(Date.now() / 1000) * 1000);
  const ask = { method: "GET", path: `/${server.bucket}/secret.png`, body: Buffer.alloc(0), signedAt };
  const answer = await at(signedAt.getTime() - seconds * 1000, () => sendSigned(server.endpoint, ask));
  expect(answer.code).toBe(code);
  if (code) expect(answer.body).toContain("<MaxAllowedSkewMilliseconds>900000<");
});

const week = 7 * 24 * 3600;

test.each([
  [60, 59, undefined],
  [60, 61, "Request has expired"],
  [week, week - 1, undefined],
  [week, week + 1, "Request has expired"],
  [60, -899, undefined],
  [60, -901, "Request is not valid yet"],
])("a URL signed for %i seconds, after %i of them: %s", async (expiresIn, seconds, refusal) => {
  const signingDate = new Date(Math.floor(Date.now() / 1000) * 1000);
  const url = await signedGet({ expiresIn, signingDate });
  const answer = await at(signingDate.getTime() + seconds * 1000, () => send(url, "GET"));
  if (refusal === undefined) expect(answer.status).toBe(200);
  else
    expect(answer).toMatchObject({
      status: 403,
      code: "AccessDenied",
      body: expect.stringContaining(refusal),
    });
});

test.each([
  ["Expires", "604801"],
  ["Expires", "0"],
  ["Expires", "-1"],
  ["Expires", "1e3"],
  ["Expires", ""],
  ["Date", "20260230T000000Z"],
  ["Date", "20261301T000000Z"],
  ["Date", "20260101T250000Z"],
  ["Date", "2026-01-01T00:00:00Z"],
  ["Algorithm", "AWS4-HMAC-SHA1"],
  ["Credential", "test-access-key"],
  ["SignedHeaders", ""],
  ["Signature", ""],
])("a URL with X-Amz-%s=%s is malformed", async (name, value) => {
  const url = (await signedGet()).replace(new RegExp(`X-Amz-${name}=[^&]*`), `X-Amz-${name}=${value}`);
  const answer = await send(url, "GET");
  expect([answer.status, answer.code]).toEqual([400, "AuthorizationQueryParametersError"]);
  const twice = await send(`${await signedGet()}&X-Amz-${name}=${value}`, "GET");
  expect(twice.code).toBe("AuthorizationQueryParametersError");
});

test("a form's signature is good for a week, whatever its policy says", async () => {
  const { fields } = await createPresignedPost(server.client, {
    Bucket: server.bucket,
    Key: "later.png",
    Expires: 30 * 24 * 3600,
  });
  const post = (seconds: number) =>
    at(Date.now() + seconds * 1000, () => postForm(server, { fields, file: bytes }));
  expect((await post(week - 60)).status).toBe(204);
  expect((await post(week + 60)).body).toContain("Request has expired");
  expect((await post(-20 * 60)).body).toContain("Request is not valid yet");
});

/** What a server says to headers that no HTTP client would send. */
function ask(headers: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.local.port, "127.0.0.1");
    const lines = ["PUT /test-bucket/twice HTTP/1.1", "Connection: close", ...headers];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("end", () => resolve(answer));
    socket.on("error", reject);
  });
}

test.each([
  [["Content-Length: 0", "Content-Length: 1"]],
  [["Content-Length: 0", "Content-Length: 0"]],
  [["Content-Length: 0", "Transfer-Encoding: chunked"]],
  [["x-amz-date: 20260101T000000Z", "X-Amz-Date: 20260101T000000Z"]],
  [["Authorization: AWS4-HMAC-SHA256 a=b", "Authorization: AWS4-HMAC-SHA256 a=b"]],
  [["x-amz-content-sha256: UNSIGNED-PAYLOAD", "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER"]],
  [["Host: other.localhost"]],
  [["Authorization: AWS4-HMAC-SHA256 Credential=a, Credential=b, SignedHeaders=host, Signature=c"]],
])("%j is refused, being said twice", async (headers) => {
  const answer = await ask(["Host: localhost", ...headers]);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toMatch(/<Code>(InvalidRequest|BadRequest|AuthorizationHeaderMalformed)</);
});
