import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { HeadBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPail } from "@/lib/testing/test-pail";
import { bucketClient } from "./bucket-client";
import { media } from "./locations";
import { StorageError, throwStorageErrors } from "./s3-failure";

let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());

type Settings = ConstructorParameters<typeof S3Client>[0];

/** A client that differs in one thing from the one that works. */
async function clientWith(changes: Settings, name = bucketClient().name): Promise<S3Client> {
  const { config } = bucketClient().s3;
  const endpoint = `http://${bucketClient().host}`;
  const s3 = new S3Client({
    region: "us-east-1",
    endpoint,
    forcePathStyle: true,
    credentials: await config.credentials(),
    maxAttempts: 1,
    ...changes,
  });
  const region = String(changes?.region ?? "us-east-1");
  throwStorageErrors(s3, { name, region, host: new URL(String(changes?.endpoint ?? endpoint)).host });
  return s3;
}

async function failure(s3: S3Client, bucket = bucketClient().name): Promise<StorageError> {
  const error: unknown = await s3
    .send(new ListObjectsV2Command({ Bucket: bucket }))
    .catch((reason) => reason);
  if (!(error instanceof StorageError)) throw new Error(`It was ${String(error)}.`);
  return error;
}

describe("what the store refuses", () => {
  test("has our code and sentence, and S3's code and request id", async () => {
    const error = await failure(bucketClient().s3, "no-such-bucket");
    expect(error).toMatchObject({
      code: "no_bucket",
      s3Code: "NoSuchBucket",
      s3Status: 404,
      operation: "ListObjectsV2",
    });
    expect(error.requestId).toMatch(/^[\w-]{8,}$/);
    expect(error.message).toContain(`(ListObjectsV2, NoSuchBucket, ${error.requestId})`);
    expect(error.cause).toBeUndefined();
  });

  test("names what is wrong with the credentials", async () => {
    const { accessKeyId, secretAccessKey } = await bucketClient().s3.config.credentials();
    const with_ = async (credentials: {
      accessKeyId: string;
      secretAccessKey: string;
      sessionToken?: string;
    }) => await failure(await clientWith({ credentials }));
    expect(await with_({ accessKeyId: "NOBODY", secretAccessKey })).toMatchObject({
      code: "credentials_wrong",
      message: expect.stringContaining("AWS_ACCESS_KEY_ID"),
    });
    const wrong = await with_({ accessKeyId, secretAccessKey: "another-secret" });
    expect(wrong).toMatchObject({
      code: "credentials_wrong",
      message: expect.stringContaining("AWS_SECRET_ACCESS_KEY"),
    });
    expect(JSON.stringify(wrong) + wrong.stack).not.toMatch(/another-secret|Signature=|AWS4-HMAC/);
    expect(await with_({ accessKeyId, secretAccessKey, sessionToken: "of-another" })).toMatchObject({
      code: "credentials_wrong",
      message: expect.stringContaining("AWS_SESSION_TOKEN"),
    });
  });

  test("names the clock, when it is off", async () => {
    const s3 = await clientWith({ systemClockOffset: 20 * 60_000 });
    expect(await failure(s3)).toMatchObject({ code: "clock_skew", s3Code: "RequestTimeTooSkewed" });
  });

  test("names the right region", async () => {
    const s3 = await clientWith({ region: "eu-west-3" });
    expect(await failure(s3)).toMatchObject({
      code: "wrong_region",
      message: expect.stringContaining("us-east-1"),
    });
  });

  test("says where nothing answers", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const error = await failure(await clientWith({ endpoint: `http://127.0.0.1:${port}` }));
    expect(error).toMatchObject({ code: "unreachable", s3Code: "ECONNREFUSED", s3Status: null });
    expect(error.message).toContain(`127.0.0.1:${port} does not answer`);
    const nowhere = await failure(await clientWith({ endpoint: "http://bucket.invalid" }));
    expect(nowhere).toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("bucket.invalid"),
    });
  });
});

/** A store that answers everything in one way. */
async function withStub<T>(
  status: number,
  headers: Record<string, string>,
  body: string,
  use: (endpoint: string) => Promise<T>,
): Promise<T> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const xml = (code: string, more = "") =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message>${more}<RequestId>R1</RequestId></Error>`;

describe("of other stores' answers", () => {
  const cases: [number, string, string, RegExp][] = [
    [
      400,
      xml("AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>"),
      "wrong_region",
      /S3_REGION=eu-west-3/,
    ],
    [400, xml("ExpiredToken"), "credentials_expired", /get new ones/],
    [403, xml("AccessDenied"), "access_denied", /may not do ListObjectsV2 in \S+:/],
    [503, xml("SlowDown"), "overloaded", /try again/],
    [500, "<html>oh</html>", "overloaded", /try again/],
    [507, xml("InsufficientStorage"), "store_full", /make room/],
    [501, xml("NotImplemented"), "not_supported", /does not support ListObjectsV2/],
    [418, xml("Teapot"), "store_refused", /refused ListObjectsV2 in \S+: .*\(ListObjectsV2, Teapot/],
  ];
  test.each(cases)("%i %s is %s", async (status, body, code, sentence) => {
    const error = await withStub(status, { "content-type": "application/xml" }, body, async (endpoint) =>
      failure(await clientWith({ endpoint })),
    );
    expect(error).toMatchObject({ code, s3Status: status, message: expect.stringMatching(sentence) });
  });

  test("one to HEAD, which has no body, is known by its status and headers", async () => {
    const head = async (status: number, headers = {}) =>
      await withStub(status, headers, "", async (endpoint) => {
        const s3 = await clientWith({ endpoint });
        return await s3.send(new HeadBucketCommand({ Bucket: "pail" })).catch((reason) => reason);
      });
    expect(await head(404)).toMatchObject({ code: "no_object", s3Status: 404 });
    expect(await head(403)).toMatchObject({ code: "access_denied" });
    expect(await head(301, { "x-amz-bucket-region": "eu-west-3" })).toMatchObject({
      code: "wrong_region",
      message: expect.stringContaining("eu-west-3"),
    });
  });

  test("one that breaks off in the middle of an object is one too", async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-length": "100000", etag: '"e"' });
      response.write(Buffer.alloc(50_000), () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const s3 = await clientWith({ endpoint });
    const storage = Object.assign(Object.create(media()), { bucket: { ...bucketClient(), s3 } });
    await expect(storage.read("a")).rejects.toMatchObject({ code: "unreachable", operation: "GetObject" });
    server.close();
  });
});

test("an error that is none of the store's stays what it is", async () => {
  const s3 = await clientWith({});
  await expect(s3.send(new HeadBucketCommand({ Bucket: undefined }))).rejects.not.toBeInstanceOf(
    StorageError,
  );
});

test("the log has no more of any error than its words", () => {
  const script = `
    import { log } from "@/lib/log";
    const error = Object.assign(new Error("words", { cause: Object.assign(new Error("inner"), { $response: { headers: { authorization: "SIGNED" } } }) }),
      { code: "C", $metadata: { token: "SIGNED" }, url: "https://bucket/a?X-Amz-Signature=SIGNED" });
    log.error({ err: error }, "a"); log.warn({ error }, "b"); log.warn({ cause: error }, "c");`;
  const args = ["--conditions=react-server", "--import", "tsx", "--input-type=module", "-e", script];
  const stderr = String(spawnSync(process.execPath, args).stderr);
  expect(stderr.split("\n").filter(Boolean)).toHaveLength(3);
  expect(stderr).toContain("words");
  expect(stderr).toContain("inner");
  expect(stderr).not.toContain("SIGNED");
});
