import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { megabyte } from "./figures";

export const bucket = "bench-bucket";
export const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
export const region = "us-east-1";
/** What is posted and read back: so many files of so many bytes, so many at a time. */
export const load = { count: 200, bytes: 3 * megabyte, atOnce: 6 };

export type ServerKind = "local-bucket" | "s3rver" | "files";

export interface Usage {
  cpuSeconds: number;
  rss: number;
  /** Since it was last asked for. */
  peakRss: number;
}

/** A server under measurement, in a process of its own. */
export interface BenchServer {
  url: string;
  client: S3Client;
  usage(): Promise<Usage>;
}

/** Runs with a folder that goes away afterwards. */
export async function withFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "bench-bucket-"));
  return await run(folder).finally(() => rm(folder, { recursive: true, force: true }));
}

/** Runs with a server over a folder. An S3 server has the bucket. */
export async function withServer<T>(
  kind: ServerKind,
  folder: string,
  run: (server: BenchServer) => Promise<T>,
): Promise<T> {
  const child = start("./server.ts", [kind, folder]);
  try {
    const { url } = await message<{ url: string }>(child);
    const client = new S3Client({ endpoint: url, region, forcePathStyle: true, credentials });
    if (kind === "local-bucket") await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return await run({ url, client, usage: () => ask(child, "usage") });
  } finally {
    await stop(child);
  }
}

export type ClientTask =
  | { task: "post"; url: string; fields: Record<string, string>; count: number; bytes: number }
  | { task: "get"; urls: string[] }
  | { task: "write"; folder: string; count: number; bytes: number };

export interface Spent {
  seconds: number;
  cpuSeconds: number;
}

export type Work = (task: ClientTask) => Promise<Spent>;

/** Runs with somebody who works through tasks in a process of its own. */
export async function withClient<T>(run: (work: Work) => Promise<T>): Promise<T> {
  const child = start("./client.ts", []);
  try {
    return await run((task) => ask(child, task));
  } finally {
    await stop(child);
  }
}

function start(script: string, args: string[]): ChildProcess {
  return fork(new URL(script, import.meta.url), args, { execArgv: ["--import", "tsx"] });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill();
  });
}

function ask<T>(child: ChildProcess, question: ClientTask | "usage"): Promise<T> {
  const answer = message<T>(child);
  child.send(question);
  return answer;
}

function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: unknown) => {
      child.off("exit", onExit);
      resolve(answer as T);
    };
    const onExit = (code: number | null) => {
      child.off("message", onMessage);
      reject(new Error(`A process of the bench ended with ${code}.`));
    };
    child.once("message", onMessage).once("exit", onExit);
  });
}
