import { createHash } from "node:crypto";
import {
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pinnedForm, postForm } from "@/lib/testing/local-bucket/forms";
import { sendSigned } from "@/lib/testing/local-bucket/hand-signed";
import { send } from "@/lib/testing/local-bucket/raw-http";
import {
  connect,
  credentials,
  exists,
  region,
  startTestServer,
  type TestServer,
} from "@/lib/testing/local-bucket/test-server";

const bytes = Buffer.from("some bytes");
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await put("secret.png");
});
afterAll(() => server.stop());

const put = (Key: string) =>
  server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body: bytes }));
const signedGet = () =>
  getSignedUrl(server.client, new GetObjectCommand({ Bucket: server.bucket, Key: "secret.png" }));

test("nothing is readable or told without a signature", async () => {
  const { endpoint, bucket } = server;
  const attempts: [string, string][] = [
    ["GET", "/"],
    ["GET", `/${bucket}`],
    ["GET", `/${bucket}?list-type=2`],
    ["GET", `/${bucket}?cors`],
    ["GET", `/${bucket}/secret.png`],
    ["GET", `/${bucket}/secret.png?response-content-type=text/html`],
    ["GET", `/${bucket}/none.png`],
    ["GET", "/no-such-bucket/none.png"],
    ["HEAD", `/${bucket}/secret.png`],
    ["PUT", `/${bucket}/new.png`],
    ["DELETE", `/${bucket}/secret.png`],
    ["POST", `/${bucket}?delete`],
    ["PATCH", `/${bucket}/secret.png`],
    ["GET", `/${bucket}?versioning`],
  ];
  for (const [method, path] of attempts) {
    const answer = await send(`${endpoint}${path}`, method);
    expect(answer.status, `${method} ${path}`).toBe(403);
    if (method !== "HEAD") expect(answer.code).toBe("AccessDenied");
  }
  expect(await exists(server, "secret.png")).toBe(true);
});

test("a signature must cover the host, and a body must be the one that was signed", async () => {
  const at = { method: "PUT", path: `/${server.bucket}/hand.txt`, body: Buffer.from("actual") };
  expect((await sendSigned(server.endpoint, at)).status).toBe(200);
  const claimed = createHash("sha256").update("claimed").digest("hex");
  const other = await sendSigned(server.endpoint, { ...at, payload: claimed });
  expect([other.status, other.code]).toEqual([400, "XAmzContentSHA256Mismatch"]);
  const { Body } = await server.client.send(new GetObjectCommand({ Bucket: server.bucket, Key: "hand.txt" }));
  expect(await Body?.transformToString()).toBe("actual");
  const url = await signedGet();
  const hostless = await send(url.replace("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=accept"), "GET", {
    accept: "*/*",
  });
  expect(hostless.body).toContain("the host header must be signed");
});

test("a signature is only good for its key, its method and every x-amz header", async () => {
  const list = (identity: typeof credentials) =>
    connect(server.endpoint, region, identity).send(new ListBucketsCommand({}));
  await expect(list({ ...credentials, secretAccessKey: "wrong" })).rejects.toMatchObject({
    name: "SignatureDoesNotMatch",
  });
  await expect(list({ ...credentials, accessKeyId: "nobody" })).rejects.toMatchObject({
    name: "InvalidAccessKeyId",
  });
  const url = await signedGet();
  expect((await send(url, "GET")).status).toBe(200);
  expect((await send(url, "DELETE")).code).toBe("SignatureDoesNotMatch");
  expect((await send(url, "GET", { "x-amz-checksum-mode": "ENABLED" })).body).toContain("HeadersNotSigned");
  const absent = url.replace("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=host%3Bx-amz-meta-none");
  expect((await send(absent, "GET")).body).toContain("x-amz-meta-none is not in the request");
});

test("a signature for another region is told the right one, so that an SDK can follow", async () => {
  const elsewhere = connect(server.endpoint, "us-east-1", credentials);
  await expect(elsewhere.send(new ListBucketsCommand({}))).rejects.toMatchObject({
    name: "AuthorizationHeaderMalformed",
    message: expect.stringContaining(`the region 'us-east-1' is wrong; expecting '${region}'`),
    Region: region,
    $metadata: { httpStatusCode: 400 },
  });
  const following = new S3Client({
    endpoint: server.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials,
    followRegionRedirects: true,
  });
  await following.send(new HeadBucketCommand({ Bucket: server.bucket }));

  const { bucket: Bucket, endpoint } = server;
  const url = await getSignedUrl(elsewhere, new GetObjectCommand({ Bucket, Key: "secret.png" }));
  const query = await send(url, "GET");
  expect([query.status, query.code]).toEqual([400, "AuthorizationQueryParametersError"]);
  const form = await pinnedForm({ endpoint, bucket: Bucket, client: elsewhere }, "elsewhere.png", bytes);
  const posted = await postForm(server, form);
  expect([posted.status, posted.code]).toEqual([400, "InvalidArgument"]);
  for (const answer of [query, posted]) {
    expect(answer.headers["x-amz-bucket-region"]).toBe(region);
    expect(answer.body).toContain(`<Region>${region}</Region>`);
  }
});

test("a refused signature explains what should have been signed, and not with which result", async () => {
  const url = await signedGet();
  const signature = new URL(url).searchParams.get("X-Amz-Signature") ?? "";
  const wrong = await send(url.replace(signature, "0".repeat(64)), "GET");
  expect(wrong.code).toBe("SignatureDoesNotMatch");
  expect(wrong.body).toContain(`<AWSAccessKeyId>${credentials.accessKeyId}</AWSAccessKeyId>`);
  expect(wrong.body).toContain(`<SignatureProvided>${"0".repeat(64)}</SignatureProvided>`);
  const element = (name: string) =>
    new RegExp(`<${name}>(.*)</${name}>`, "s")
      .exec(wrong.body)?.[1]
      ?.replaceAll("&#10;", "\n")
      .replaceAll("&amp;", "&");
  const canonical = element("CanonicalRequest") ?? "";
  expect(canonical).toContain(`GET\n/${server.bucket}/secret.png\nX-Amz-Algorithm=AWS4-HMAC-SHA256&`);
  const hash = createHash("sha256").update(canonical).digest("hex");
  expect(element("StringToSign")).toMatch(new RegExp(`^AWS4-HMAC-SHA256\n.*\n${hash}$`, "s"));

  const form = await pinnedForm(server, "wrong.png", bytes);
  const posted = await postForm(server, {
    ...form,
    fields: { ...form.fields, "X-Amz-Signature": "nonsense" },
  });
  expect(posted.body).toContain(`<StringToSign>${form.fields.Policy}</StringToSign>`);
  expect(posted.body).toContain("<SignatureProvided>nonsense</SignatureProvided>");
  for (const { body } of [wrong, posted]) {
    for (const secret of [signature, form.fields["X-Amz-Signature"] ?? "", credentials.secretAccessKey]) {
      expect(body).not.toContain(secret);
    }
  }
});

test("temporary credentials are good with their token only", async () => {
  const temporary = { ...credentials, sessionToken: "a+token/of=its own" };
  const other = await startTestServer({ credentials: temporary });
  const { endpoint, bucket: Bucket } = other;
  const attempts = [
    [temporary, undefined],
    [{ ...temporary, sessionToken: "another token" }, "InvalidToken"],
    [credentials, "AccessDenied"],
  ] as const;
  for (const [identity, code] of attempts) {
    const client = connect(endpoint, region, identity);
    const sent = client.send(new PutObjectCommand({ Bucket, Key: "x", Body: bytes }));
    if (code) await expect(sent).rejects.toMatchObject({ name: code });
    else await sent;
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "x" }));
    expect((await send(url, "GET")).code).toBe(code);
    const form = await pinnedForm({ ...other, client }, "form.png", bytes);
    expect((await postForm(other, form)).code).toBe(code);
  }
  const client = connect(endpoint, region, temporary);
  const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "x" }));
  const tokenless = url.replace(/X-Amz-Security-Token=[^&]*&/, "");
  const moved = await send(tokenless, "GET", { "x-amz-security-token": temporary.sessionToken });
  expect(moved.body).toContain("HeadersNotSigned");
  const form = await pinnedForm({ ...other, client: connect(endpoint, region, credentials) }, "x", bytes);
  const uncovered = { ...form.fields, "x-amz-security-token": temporary.sessionToken };
  expect((await postForm(other, { ...form, fields: uncovered })).body).toContain("x-amz-security-token");
  expect(JSON.stringify(other.log)).not.toContain(temporary.sessionToken);
  await other.stop();
});

test("a token is refused where the credentials have none", async () => {
  const client = connect(server.endpoint, region, { ...credentials, sessionToken: "token" });
  await expect(client.send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: "InvalidToken" });
  const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: server.bucket, Key: "secret.png" }));
  expect((await send(url, "GET")).code).toBe("InvalidToken");
  const form = await pinnedForm({ ...server, client }, "token.png", bytes);
  expect((await postForm(server, form)).code).toBe("InvalidToken");
});
