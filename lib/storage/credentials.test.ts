import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { setClock } from "@/lib/clock";
import { env, setEnv } from "@/lib/env";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { addViewer, makePicture, postAll, startTestPail } from "@/lib/testing/test-pail";
import { beginUploads } from "@/lib/uploads/begin";
import { confirmUploads } from "@/lib/uploads/confirm";
import { connectBucket } from "./bucket-client";
import { endOfSigned } from "./credentials";
import { presignPost } from "./post-policy";
import { signGetUrl, urlLifeSeconds } from "./signed-url";

const temporary = {
  accessKeyId: "ASIATEMPORARY",
  secretAccessKey: "a-secret",
  sessionToken: "a/token+of=it",
};
const asEnv = {
  AWS_ACCESS_KEY_ID: temporary.accessKeyId,
  AWS_SECRET_ACCESS_KEY: temporary.secretAccessKey,
  AWS_SESSION_TOKEN: temporary.sessionToken,
};

let folder: string;
let store: Awaited<ReturnType<typeof startLocalBucket>>;
let pail: Awaited<ReturnType<typeof startTestPail>>;
let sts: StubSts;

/** Pail on a bucket that takes nothing but these temporary credentials. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-credentials-"));
  store = await startLocalBucket({
    dataDir: path.join(folder, "bucket"),
    region: "us-east-1",
    credentials: temporary,
  });
  useOnly({
    ...asEnv,
    S3_CONTRACT_ENDPOINT: store.url,
    S3_CONTRACT_ACCESS_KEY: temporary.accessKeyId,
    S3_CONTRACT_SECRET_KEY: temporary.secretAccessKey,
    S3_CONTRACT_REGION: "us-east-1",
  });
  pail = await startTestPail();
  sts = await StubSts.start();
});
beforeEach(() => useOnly({}));
afterEach(() => setClock(null));
afterAll(async () => {
  useOnly(asEnv);
  await pail.stop();
  await sts.stop();
  await store.close();
  await rm(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

/** Nothing that this machine's user has set up for AWS takes part. */
function useOnly(variables: Record<string, string>): void {
  for (const name of Object.keys(process.env)) {
    if (/^(AWS|VERCEL)/.test(name) && !name.startsWith("AWS_SDK_JS")) vi.stubEnv(name, undefined);
  }
  const nowhere = path.join(folder, "nowhere");
  const none = { AWS_CONFIG_FILE: nowhere, AWS_SHARED_CREDENTIALS_FILE: nowhere };
  for (const [name, value] of Object.entries({ ...none, AWS_EC2_METADATA_DISABLED: "true", ...variables }))
    vi.stubEnv(name, value);
  setEnv({});
}

/** The bucket as a process finds it that starts with this environment. */
const connect = () => connectBucket(env().bucket);
type Bucket = ReturnType<typeof connect>;

const list = ({ s3, name }: Bucket) => s3.send(new ListObjectsV2Command({ Bucket: name, MaxKeys: 1 }));
const form = (bucket: Bucket, expiresAt = later(900)) =>
  presignPost(bucket, { key: "incoming/a", type: "a/b", bytes: 1, sha256: "", metadata: {}, expiresAt });
const later = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
const expirationOf = ({ fields }: { fields: Record<string, string> }): string =>
  JSON.parse(Buffer.from(fields.policy ?? "", "base64").toString()).expiration;

/** Whatever needs credentials says the same. */
async function refusals(bucket: Bucket) {
  const attempts = [list(bucket), form(bucket), signGetUrl(bucket, "media/a", {})];
  const errors = await Promise.all(attempts.map((attempt) => attempt.catch((error) => error)));
  expect(errors.map(({ message }) => message)).toEqual(Array(3).fill(errors[0].message));
  expect(JSON.stringify(errors) + errors[0].stack).not.toMatch(/a-secret|a\/token|oidc-token/);
  return errors[0];
}

describe("temporary credentials", () => {
  test("carry a whole upload, from the form to the URL", async () => {
    useOnly(asEnv);
    const viewer = await addViewer();
    const picture = await makePicture();
    const [granted] = await beginUploads(viewer, [picture.offer]);
    if (granted?.status !== "granted") throw new Error(`not granted: ${JSON.stringify(granted)}`);
    expect(await postAll(granted.grants, picture)).toEqual([204, 204, 204]);
    const [outcome] = await confirmUploads(viewer, [granted.uploadId]);
    if (outcome?.status !== "ready") throw new Error(`not ready: ${JSON.stringify(outcome)}`);
    const url = new URL(outcome.image.thumbUrl);
    expect(url.searchParams.get("X-Amz-Security-Token")).toBe(temporary.sessionToken);
    expect((await fetch(url)).status).toBe(200);
    url.searchParams.set("X-Amz-Security-Token", "another");
    expect((await fetch(url)).status).toBe(400);
  });

  test("with another token are refused in a sentence", async () => {
    useOnly({ ...asEnv, AWS_SESSION_TOKEN: "of-another" });
    await expect(list(connect())).rejects.toMatchObject({
      code: "credentials_wrong",
      message: expect.stringContaining("AWS_SESSION_TOKEN"),
    });
  });

  test("that have expired sign nothing, and say so in a sentence", async () => {
    useOnly({ ...asEnv, AWS_CREDENTIAL_EXPIRATION: later(-1).toISOString() });
    const error = await refusals(connect());
    expect(error).toMatchObject({ code: "credentials_expired", status: 503 });
    expect(error.message).toBe(
      "The temporary credentials have expired: get new ones. (credentials, Expired)",
    );
  });

  test("end the forms and URLs that they signed with themselves, where those would live longer", async () => {
    const end = later(600);
    useOnly({ ...asEnv, AWS_CREDENTIAL_EXPIRATION: end.toISOString() });
    const bucket = connect();
    expect(expirationOf(await form(bucket))).toBe(end.toISOString());
    const sooner = later(60);
    expect(expirationOf(await form(bucket, sooner))).toBe(sooner.toISOString());
    expect(await endOfSigned(bucket.s3, later(900))).toEqual(end);
    expect(await endOfSigned(bucket.s3, sooner)).toEqual(sooner);
    const { searchParams } = new URL(await signGetUrl(bucket, "media/a", {}));
    const life = Number(searchParams.get("X-Amz-Expires"));
    expect(signedAt(searchParams) + life * 1000 - end.getTime()).toBeGreaterThanOrEqual(0);
    expect(signedAt(searchParams) + life * 1000 - end.getTime()).toBeLessThan(1000);
    expect(searchParams.get("response-cache-control")).toBe(`private, max-age=${life}, immutable`);
    expect((await fetch(await signGetUrl(bucket, "media/a", {}))).status).toBe(404);
  });

  test("that outlive a URL do not shorten it", async () => {
    useOnly({ ...asEnv, AWS_CREDENTIAL_EXPIRATION: later(3 * urlLifeSeconds).toISOString() });
    const { searchParams } = new URL(await signGetUrl(connect(), "media/a", {}));
    expect(searchParams.get("X-Amz-Expires")).toBe(String(urlLifeSeconds));
  });
});

const signedAt = (searchParams: URLSearchParams): number =>
  Date.parse(
    (searchParams.get("X-Amz-Date") ?? "").replace(
      /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/,
      "$1-$2-$3T$4:$5:$6Z",
    ),
  );

describe("the chain", () => {
  async function writeProfiles(content: string): Promise<{ AWS_SHARED_CREDENTIALS_FILE: string }> {
    const file = path.join(folder, `credentials-${Math.random()}`);
    await writeFile(file, content);
    return { AWS_SHARED_CREDENTIALS_FILE: file };
  }
  const profile = (name: string, { accessKeyId, secretAccessKey, sessionToken } = temporary) =>
    `[${name}]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\naws_session_token=${sessionToken}\n`;
  const others = { ...temporary, accessKeyId: "AKIAOTHERS" };
  const keyOf = async (bucket: Bucket) => (await bucket.s3.config.credentials()).accessKeyId;

  test("finds a profile of the credentials file", async () => {
    const file = await writeProfiles(profile("default", others) + profile("pail"));
    useOnly({ ...file, AWS_PROFILE: "pail" });
    const bucket = connect();
    await list(bucket);
    expect((await form(bucket)).fields["x-amz-security-token"]).toBe(temporary.sessionToken);
  });

  test("has the environment before the default profile, and a profile that is asked for before both", async () => {
    const file = await writeProfiles(profile("default", others) + profile("named", others));
    useOnly({ ...file, ...asEnv });
    expect(await keyOf(connect())).toBe(temporary.accessKeyId);
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    useOnly({ ...file, ...asEnv, AWS_PROFILE: "named" });
    expect(await keyOf(connect())).toBe("AKIAOTHERS");
    vi.restoreAllMocks();
  });

  test("that finds nothing, or no such profile, says what to set", async () => {
    expect(await refusals(connect())).toMatchObject({
      code: "no_credentials",
      message: expect.stringMatching(
        /^There are no credentials for 127\.0\.0\.1:\d+: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE \(/,
      ),
    });
    useOnly({ ...(await writeProfiles(profile("pail"))), AWS_PROFILE: "misspelt" });
    expect(await refusals(connect())).toMatchObject({
      code: "no_credentials",
      message: expect.stringContaining("AWS_PROFILE"),
    });
  });

  test("says where an SSO sign-in has ended", async () => {
    const sso =
      "sso_start_url=https://sso.invalid\nsso_region=us-east-1\nsso_account_id=1\nsso_role_name=a\n";
    const file = path.join(folder, "config");
    await writeFile(file, `[profile corporate]\n${sso}`);
    useOnly({ AWS_CONFIG_FILE: file, AWS_PROFILE: "corporate", HOME: folder });
    expect(await refusals(connect())).toMatchObject({
      code: "credentials_expired",
      message: expect.stringContaining("aws sso login"),
    });
  });
});

describe("a role for a web identity", () => {
  const role = "arn:aws:iam::123456789012:role/pail";
  let tokenFile: string;

  beforeAll(async () => {
    tokenFile = path.join(folder, "token");
    await writeFile(tokenFile, "oidc-token-in-a-file");
  });
  beforeEach(() => sts.reset());
  const fromFile = (more: Record<string, string> = {}) =>
    useOnly({
      AWS_ROLE_ARN: role,
      AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
      AWS_ENDPOINT_URL_STS: sts.url,
      ...more,
    });

  test("is assumed with the token in a file, once for as long as its credentials last", async () => {
    fromFile();
    const bucket = connect();
    await list(bucket);
    await Promise.all([list(bucket), form(bucket), signGetUrl(bucket, "media/a", {})]);
    expect(sts.asked).toEqual([{ RoleArn: role, WebIdentityToken: "oidc-token-in-a-file" }]);
  });

  test("is assumed again before its credentials expire, and the URLs follow them", async () => {
    fromFile();
    sts.expiration = later(60);
    const bucket = connect();
    const first = await signGetUrl(bucket, "media/a", {});
    sts.expiration = later(3600);
    await vi.waitFor(async () => expect(await signGetUrl(bucket, "media/a", {})).not.toBe(first), {
      timeout: 30_000,
    });
    const second = await signGetUrl(bucket, "media/a", {});
    expect(new URL(second).searchParams.get("X-Amz-Expires")).not.toBe(
      new URL(first).searchParams.get("X-Amz-Expires"),
    );
    expect(await signGetUrl(bucket, "media/a", {})).toBe(second);
    expect(sts.asked.length).toBeGreaterThanOrEqual(2);
  });

  test.each([
    ["InvalidIdentityToken", 400, "credentials_wrong", /role could not be assumed: check AWS_ROLE_ARN/],
    ["AccessDenied", 403, "credentials_wrong", /trust policy.*\(credentials, AccessDenied, R1\)/],
    ["ExpiredTokenException", 400, "credentials_expired", /get new ones/],
    ["ServiceUnavailable", 503, "overloaded", /busy: try again/],
  ] as const)("that is refused with %s is a sentence", async (code, status, ours, sentence) => {
    fromFile({ AWS_MAX_ATTEMPTS: "1" });
    sts.refusal = { code, status };
    const error = await refusals(connect());
    expect(error).toMatchObject({ code: ours, message: expect.stringMatching(sentence), s3Status: status });
  });

  test("that nobody answers for, or whose token's file is missing, is a sentence", async () => {
    const free = await StubSts.start();
    await free.stop();
    fromFile({ AWS_ENDPOINT_URL_STS: free.url, AWS_MAX_ATTEMPTS: "1" });
    expect(await refusals(connect())).toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("AWS_ENDPOINT_URL_STS"),
    });
    fromFile({ AWS_WEB_IDENTITY_TOKEN_FILE: path.join(folder, "no-token") });
    expect(await refusals(connect())).toMatchObject({
      code: "no_credentials",
      message: expect.stringContaining("no-token"),
    });
  });

  describe("on Vercel", () => {
    const context = Symbol.for("@vercel/request-context");
    const giveHeader = (token?: string) =>
      Object.assign(globalThis, {
        [context]: { get: () => ({ headers: { "x-vercel-oidc-token": token } }) },
      });
    afterEach(() => Reflect.deleteProperty(globalThis, context));
    const host = {
      VERCEL: "1",
      APP_ORIGIN: "https://photos.example.org",
      DATABASE_URL: "libsql://database.example.org",
      AUTH_SECRET: "a".repeat(32),
    };
    const onVercel = { ...host, AWS_ROLE_ARN: role };

    test("is assumed with the token of the request, or of the environment", async () => {
      useOnly({ ...onVercel, VERCEL_OIDC_TOKEN: "oidc-token-of-the-build", AWS_ENDPOINT_URL_STS: sts.url });
      await list(connect());
      giveHeader("oidc-token-of-the-request");
      await list(connect());
      expect(sts.asked.map(({ WebIdentityToken }) => WebIdentityToken)).toEqual([
        "oidc-token-of-the-build",
        "oidc-token-of-the-request",
      ]);
      expect(sts.asked[0]?.RoleArn).toBe(role);
    });

    test("without a token is a sentence", async () => {
      useOnly(onVercel);
      giveHeader();
      expect(await refusals(connect())).toMatchObject({
        code: "no_credentials",
        message: expect.stringContaining("OIDC Federation"),
      });
    });

    test("leaves the chain alone where no role is named", async () => {
      useOnly({ ...asEnv, ...host, VERCEL_OIDC_TOKEN: "oidc-token" });
      await list(connect());
      expect(sts.asked).toEqual([]);
    });
  });
});

/** As much of AWS's token service as it takes to assume a role. */
class StubSts {
  asked: Record<string, string>[] = [];
  refusal: { code: string; status: number } | null = null;
  expiration = later(3600);

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<StubSts> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const stub = new StubSts(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on("request", async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { RoleArn = "", WebIdentityToken = "" } = Object.fromEntries(
        new URLSearchParams(String(Buffer.concat(chunks))),
      );
      stub.asked.push({ RoleArn, WebIdentityToken });
      response
        .writeHead(stub.refusal?.status ?? 200, { "content-type": "text/xml", "x-amzn-requestid": "R1" })
        .end(stub.answer());
    });
    return stub;
  }

  reset(): void {
    this.asked = [];
    this.refusal = null;
    this.expiration = later(3600);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(): string {
    if (this.refusal !== null) {
      const error = `<Error><Type>Sender</Type><Code>${this.refusal.code}</Code><Message>no</Message></Error>`;
      return `<ErrorResponse>${error}</ErrorResponse>`;
    }
    const { accessKeyId, secretAccessKey, sessionToken } = temporary;
    return `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
      <AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>
      <SessionToken>${sessionToken}</SessionToken><Expiration>${this.expiration.toISOString()}</Expiration>
      </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
  }
}
