import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readlink, rm } from "node:fs/promises";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { connect as dialSocket, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { Hash } from "@smithy/hash-node";
import { createScope, getSigningKey, SignatureV4 } from "@smithy/signature-v4";
import { type LocalBucket, type LocalBucketOptions, startLocalBucket } from "@/lib/local-bucket/server";

/** Where a test's bucket is, and how to speak to it. */
export interface TestBucket {
  endpoint: string;
  bucket: string;
  client: S3Client;
}

/** A server of a test's own, with one bucket and everything in a folder that goes with it. */
export interface TestServer extends TestBucket {
  parent: string;
  dataDir: string;
  log: Record<string, unknown>[];
  local: LocalBucket;
  /** Ends the server and starts it again over the same folder. */
  restart(already?: { stopped: boolean }): Promise<void>;
  /** The blobs on the disk, finished or not. */
  files(): Promise<string[]>;
  stop(): Promise<void>;
}

export const credentials = { accessKeyId: "test-access-key", secretAccessKey: "test-secret-key" };
export const region = "eu-central-1";

/** Starts a server in a folder within a folder, so that a test sees whatever gets out of the inner one. */
export async function startTestServer(options: Partial<LocalBucketOptions> = {}): Promise<TestServer> {
  const parent = await mkdtemp(join(tmpdir(), "local-bucket-"));
  const dataDir = join(parent, "a", "data");
  const log: Record<string, unknown>[] = [];
  const { credentials: identity = credentials } = options;
  const start = () =>
    startLocalBucket({ dataDir, region, credentials, log: (line) => log.push(line), ...options });
  const local = await start();
  const client = connect(local.url, region, identity);
  const server: TestServer = {
    endpoint: local.url,
    bucket: "test-bucket",
    client,
    parent,
    dataDir,
    log,
    local,
    restart: async ({ stopped } = { stopped: false }) => {
      if (!stopped) await server.local.close();
      server.local = await start();
      server.endpoint = server.local.url;
      server.client = connect(server.endpoint, region, identity);
    },
    files: async () => {
      const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith("index."))
        .map(({ name }) => name);
    },
    stop: async () => {
      await server.local.close();
      await rm(parent, { recursive: true, force: true });
    },
  };
  await client.send(new CreateBucketCommand({ Bucket: server.bucket }));
  return server;
}

export function connect(
  endpoint: string,
  inRegion: string,
  identity: LocalBucketOptions["credentials"],
  checksums: "WHEN_REQUIRED" | "WHEN_SUPPORTED" = "WHEN_REQUIRED",
): S3Client {
  return new S3Client({
    endpoint,
    region: inRegion,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: identity,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
  });
}

export interface Form {
  fields: Record<string, string>;
  file: Buffer;
  filename?: string;
}

/** A form as the app would sign it: everything about the object is pinned. */
export async function pinnedForm({ client, bucket }: TestBucket, key: string, file: Buffer): Promise<Form> {
  const { fields } = await createPresignedPost(client, {
    Bucket: bucket,
    Key: key,
    Expires: 600,
    Fields: {
      "Content-Type": "image/png",
      "x-amz-checksum-algorithm": "SHA256",
      "x-amz-checksum-sha256": sha256(file),
      "x-amz-meta-owner": "alice",
      success_action_status: "201",
    },
    Conditions: [["content-length-range", file.length, file.length]],
  });
  return { fields, file };
}

export const boundary = "a-boundary-of-our-own";

/** The bytes of a form, file last. */
export function encodeForm({ fields, file, filename = "a.png" }: Form): Buffer {
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  );
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: image/png\r\n\r\n`;
  return Buffer.concat([...parts, Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** The Code of an error's XML. */
  code: string | undefined;
}

/** Sends bytes in the given chunks over plain HTTP, as no library would let one. */
export function send(
  url: string,
  method: string,
  headers: Record<string, string | number> = {},
  chunks: readonly Buffer[] = [],
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    // The path as it is written: URL would tidy it.
    const path = url.slice(new URL(url).origin.length) || "/";
    const agent = new Agent({ keepAlive: false });
    const outgoing = request({ hostname, port, path, method, headers, agent }, (incoming) => {
      const received: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => received.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const body = Buffer.concat(received).toString();
        const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1];
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body, code });
      });
    });
    outgoing.on("error", reject);
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
  });
}

/** A connection on which a test says what no HTTP client would say. */
export interface Dialled {
  socket: Socket;
  /** All that has come so far. */
  answer(): string;
  /** Resolves with all that came, once the connection has ended either way. */
  ended: Promise<string>;
}

export async function dial({ local }: TestServer): Promise<Dialled> {
  const socket = dialSocket(local.port, "127.0.0.1");
  const received: Buffer[] = [];
  const answer = () => Buffer.concat(received).toString("latin1");
  socket.on("data", (chunk: Buffer) => received.push(chunk));
  const ended = new Promise<string>((resolve) => socket.once("close", () => resolve(answer())));
  // A reset ends it too.
  socket.on("error", () => socket.destroy());
  await once(socket, "connect");
  return { socket, answer, ended };
}

/** The head of a request that a signed URL allows, its line end included; a Host is in it. */
export async function signedHead(
  { client, bucket, endpoint }: TestServer,
  method: "GET" | "PUT" | "DELETE",
  key: string,
  headers: Record<string, string | number> = {},
): Promise<string> {
  const where = { Bucket: bucket, Key: key };
  const commands = {
    GET: new GetObjectCommand(where),
    PUT: new PutObjectCommand(where),
    DELETE: new DeleteObjectCommand(where),
  };
  const url = await getSignedUrl(client, commands[method], { expiresIn: 3600 });
  const lines = Object.entries({ Host: new URL(endpoint).host, ...headers }).map((pair) => pair.join(": "));
  return [`${method} ${url.slice(endpoint.length)} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}

/** The blobs that this process has open, where the system tells. */
export async function openBlobs({ dataDir }: TestServer): Promise<string[]> {
  if (!existsSync("/proc/self/fd")) return [];
  const open = await readdir("/proc/self/fd");
  // One of them was that of the listing itself.
  const paths = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")));
  return paths.filter((path) => path.startsWith(dataDir) && !path.includes("index.sqlite"));
}

export interface HandSigned {
  method: string;
  path: string;
  /** Where it is signed in chunks it follows from the request's signature, but for its length. */
  body: Buffer | ((signing: Signing) => Buffer);
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** What the signature says of the body, where that is not the truth. */
  payload?: string;
  /** Default: now. */
  signedAt?: Date;
}

/** Sends a request that the SDK would not send, with a signature that holds. */
export async function sendSigned(endpoint: string, asked: HandSigned): Promise<Answer> {
  const { url, headers, body } = await signByHand(endpoint, asked);
  return await send(url, asked.method, headers, [body]);
}

/** Signs a request that the SDK would not make. */
export async function signByHand(
  endpoint: string,
  asked: HandSigned,
): Promise<{ url: string; headers: Record<string, string>; body: Buffer }> {
  const { method, path, query = {}, headers = {}, signedAt = new Date() } = asked;
  const { hostname, host } = new URL(endpoint);
  const longDate = signedAt.toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = createScope(longDate.slice(0, 8), region, "s3");
  const sha256Hash = Hash.bind(null, "sha256");
  const key = await getSigningKey(sha256Hash, credentials, longDate.slice(0, 8), region, "s3");
  const sign = (text: string) => createHmac("sha256", key).update(text).digest("hex");
  const bodyAfter = (seed: string) =>
    typeof asked.body === "function" ? asked.body({ longDate, scope, seed, sign }) : asked.body;
  const unsigned = bodyAfter("");
  const signer = new SignatureV4({
    credentials,
    region,
    service: "s3",
    sha256: sha256Hash,
    uriEscapePath: false,
  });
  const request = {
    protocol: "http:",
    hostname,
    method,
    path,
    query,
    headers: {
      host,
      "content-length": String(unsigned.length),
      "x-amz-content-sha256": asked.payload ?? createHash("sha256").update(unsigned).digest("hex"),
      ...headers,
    },
  };
  const signed = await signer.sign(request, { signingDate: signedAt });
  const seed = /Signature=(\w+)/.exec(signed.headers.authorization ?? "")?.[1] ?? "";
  const search = new URLSearchParams(query).toString();
  const url = `${endpoint}${path}${search && `?${search}`}`;
  return { url, headers: signed.headers, body: bodyAfter(seed) };
}

/** What signs the chunks of a framed body. */
export interface Signing {
  longDate: string;
  scope: string;
  /** The signature of the request itself. */
  seed: string;
  sign(stringToSign: string): string;
}

/** An aws-chunked body in its parts: one per chunk, the last one, the trailer. Each is signed after the one before. */
export function frame(chunks: readonly Buffer[], trailer: string | undefined, signing?: Signing): Buffer[] {
  let previous = signing?.seed;
  const hex = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");
  const signed = (algorithm: string, hashes: string[]) => {
    if (!signing) return "";
    previous = signing.sign([algorithm, signing.longDate, signing.scope, previous, ...hashes].join("\n"));
    return previous;
  };
  const line = (chunk: Buffer) => {
    const signature = signed("AWS4-HMAC-SHA256-PAYLOAD", [hex(""), hex(chunk)]);
    return `${chunk.length.toString(16)}${signature && `;chunk-signature=${signature}`}\r\n`;
  };
  const parts = chunks.map((chunk) => Buffer.concat([Buffer.from(line(chunk)), chunk, Buffer.from("\r\n")]));
  parts.push(Buffer.from(line(Buffer.alloc(0))));
  if (trailer === undefined) return [...parts, Buffer.from("\r\n")];
  const signature = signed("AWS4-HMAC-SHA256-TRAILER", [hex(`${trailer}\n`)]);
  const last = `${trailer}\r\n${signature && `x-amz-trailer-signature:${signature}\r\n`}\r\n`;
  return [...parts, Buffer.from(last)];
}

/** Posts bytes as a form. */
export function postBytes(
  { endpoint, bucket }: TestBucket,
  chunks: readonly Buffer[],
  headers: Record<string, string> = {},
): Promise<Answer> {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return send(
    `${endpoint}/${bucket}`,
    "POST",
    { "Content-Type": `multipart/form-data; boundary=${boundary}`, "Content-Length": length, ...headers },
    chunks,
  );
}

export function postForm(
  server: TestBucket,
  form: Form,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return postBytes(server, [encodeForm(form)], headers);
}

export async function exists({ client, bucket }: TestBucket, key: string): Promise<boolean> {
  try {
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "NotFound") return false;
    throw error;
  }
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("base64");
}
