import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";

const bucket = "bench-bucket";
const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
const megabyte = 1024 ** 2;
const rounds = 5;
const files = 200;
const warmUpFiles = 30;
const fileBytes = 3 * megabyte;
const atOnce = 6;

/** Prints how much memory the server takes more while a 1 GB object is posted to it. */
export async function benchMemory(): Promise<void> {
  await withServer("local-bucket", async (server) => {
    await postMany(server, warmUpFiles);
    const before = await server.usage();
    const chunk = randomBytes(megabyte);
    const startedAt = performance.now();
    await post(server, "big", 1024 * megabyte, () => repeat(chunk, 1024));
    const seconds = (performance.now() - startedAt) / 1000;
    const after = await server.usage();
    const grown = (after.peakRss - before.rss) / megabyte;
    print(
      `memory: ${grown.toFixed(0)} MB more at its peak during a POST of 1 GB, ${(after.peakRss / megabyte).toFixed(0)} MB in all (${(1024 / seconds).toFixed(0)} MB/s)`,
    );
  });
}

/** Prints the throughput of POSTs, next to that of s3rver where S3RVER_DIR names a folder that has it installed. */
export async function benchPosts(): Promise<void> {
  const kinds: Kind[] = process.env.S3RVER_DIR ? ["local-bucket", "s3rver"] : ["local-bucket"];
  const rates: Record<Kind, number[]> = { "local-bucket": [], s3rver: [] };
  for (let round = 1; round <= rounds; round++) {
    for (const kind of round % 2 ? kinds : kinds.toReversed()) {
      const { rate, cpuSeconds } = await withServer(kind, measurePosts);
      rates[kind].push(rate);
      print(`posts, round ${round}: ${kind} ${rate.toFixed(0)} MB/s, ${cpuSeconds.toFixed(1)} s of CPU`);
    }
  }
  const [ours, theirs] = [median(rates["local-bucket"]), median(rates.s3rver)];
  print(
    theirs === undefined
      ? `posts: ${ours?.toFixed(0)} MB/s; set S3RVER_DIR to compare with s3rver`
      : `posts, medians: ${ours?.toFixed(0)} MB/s, s3rver ${theirs.toFixed(0)} MB/s, ratio ${((ours ?? 0) / theirs).toFixed(2)}`,
  );
}

async function measurePosts(server: BenchServer): Promise<{ rate: number; cpuSeconds: number }> {
  await postMany(server, warmUpFiles);
  const before = await server.usage();
  const startedAt = performance.now();
  await postMany(server, files);
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await server.usage();
  return {
    rate: (files * fileBytes) / megabyte / seconds,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
  };
}

function median(values: number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

type Kind = "local-bucket" | "s3rver";

interface Usage {
  cpuSeconds: number;
  rss: number;
  peakRss: number;
}

interface BenchServer {
  url: string;
  client: S3Client;
  agent: Agent;
  usage(): Promise<Usage>;
}

async function withServer<T>(kind: Kind, run: (server: BenchServer) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), "bench-bucket-"));
  const { accessKeyId, secretAccessKey } = credentials;
  const script = new URL("./bench-server.ts", import.meta.url);
  const child = fork(script, [kind, dataDir, bucket, accessKeyId, secretAccessKey], {
    execArgv: ["--import", "tsx"],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  try {
    const { url } = await message<{ url: string }>(child);
    const client = new S3Client({ endpoint: url, region: "us-east-1", forcePathStyle: true, credentials });
    if (kind === "local-bucket") await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const usage = () => {
      child.send("usage");
      return message<Usage>(child);
    };
    return await run({ url, client, agent, usage });
  } finally {
    agent.destroy();
    child.kill();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once("message", (answer) => resolve(answer as T));
    child.once("exit", (code) => reject(new Error(`The server under measurement ended with ${code}.`)));
  });
}

async function postMany(server: BenchServer, count: number): Promise<void> {
  const content = randomBytes(fileBytes);
  let next = 0;
  const worker = async () => {
    while (next < count) await post(server, `file-${next++}`, fileBytes, () => [content]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function post(
  server: BenchServer,
  key: string,
  bytes: number,
  content: () => Iterable<Buffer>,
): Promise<void> {
  const { fields } = await createPresignedPost(server.client, {
    Bucket: bucket,
    Key: key,
    Conditions: [["content-length-range", bytes, bytes]],
  });
  const boundary = randomBytes(16).toString("hex");
  const part = (name: string, rest: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${rest}`;
  const head = Object.entries(fields).map(([name, value]) => part(name, `\r\n\r\n${value}\r\n`));
  head.push(part("file", '; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'));
  const [before, after] = [Buffer.from(head.join("")), Buffer.from(`\r\n--${boundary}--\r\n`)];
  await new Promise<void>((resolve, reject) => {
    const outgoing = request(`${server.url}/${bucket}`, {
      method: "POST",
      agent: server.agent,
      headers: {
        "Content-Type": `multipart/form-data; boundary=${boundary}`,
        "Content-Length": before.length + bytes + after.length,
      },
    });
    outgoing.once("error", reject);
    outgoing.once("response", (response) => {
      response.resume();
      response.once("end", () => {
        if (response.statusCode === 204) resolve();
        else reject(new Error(`POST was answered with ${response.statusCode}.`));
      });
    });
    pipeline(Readable.from(concatenate([before], content(), [after])), outgoing).catch(reject);
  });
}

function* concatenate(...lists: Iterable<Buffer>[]): Generator<Buffer> {
  for (const list of lists) yield* list;
}

function* repeat(chunk: Buffer, times: number): Generator<Buffer> {
  for (let i = 0; i < times; i++) yield chunk;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
