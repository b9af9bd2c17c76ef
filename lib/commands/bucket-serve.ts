import path from "node:path";
import { z } from "zod";
import { awsEnv, defaultBucketPort, env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { type LocalBucket, type LocalBucketOptions, startLocalBucket } from "@/lib/local-bucket/server";
import { log } from "@/lib/log";
import type { Command, Flags } from "./command";

/** What the process tells the one that started it, once. */
export type BucketMessage = { port: number } | { error: string };

const text = z.string().min(1, "must not be empty").optional();
const flagsShape = z.object({
  data: text,
  port: z
    .string()
    .regex(/^\d{1,5}$/, "must be a number from 0 to 65535")
    .transform(Number)
    .refine((port) => port <= 65535, "must be a number from 0 to 65535")
    .optional(),
  host: text,
  region: text,
  json: z.boolean().optional(),
});

export const bucketServeCommand: Command = {
  usage: "[--data DIR] [--port P] [--host H] [--region R]   (with --data: credentials and region from AWS_*)",
  options: {
    data: { type: "string" },
    port: { type: "string" },
    host: { type: "string" },
    region: { type: "string" },
  },
  async run(given) {
    try {
      await serve(parse(given));
    } catch (error) {
      // Whoever started it says it; nobody should read it twice.
      if (process.send === undefined) throw error;
      process.send({ error: (error as Error).message } satisfies BucketMessage, () => process.exit(1));
    }
    return undefined;
  },
};

async function serve(flags: z.infer<typeof flagsShape>): Promise<void> {
  const settings = flags.data === undefined ? pailsOwn() : anyones(flags.data);
  const { port = settings.port, host = settings.host, region = settings.region } = flags;
  const options = { ...settings, port, host, region };
  const server = await startLocalBucket(options).catch((cause: unknown) => {
    const sentence = explain(cause, options, flags.data === undefined ? "DATA_DIR=" : "--data ");
    throw new AppError("bucket_failed", sentence, { cause });
  });
  stopOnSignal(server);
  report(server, flags.json === true);
}

function parse(given: Flags): z.infer<typeof flagsShape> {
  const result = flagsShape.safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path: [name], message }) => `--${String(name)} ${message}`);
  throw new AppError("usage", `${faults.join("; ")}.`);
}

type Settings = LocalBucketOptions & { host: string; port: number };

/** The bucket of this Pail, with the credentials that it generated. */
function pailsOwn(): Settings {
  const { bucket, host } = env();
  if (bucket.local === null)
    throw new AppError("usage", "S3_BUCKET is set, so there is no local bucket to serve.");
  const { credentials, region } = bucket;
  const domain = new URL(bucket.publicEndpoint).hostname;
  return { ...bucket.local, host, region, domain, credentials, log: (line) => write(line, "debug") };
}

/** A server for anyone's tests, which has nothing to do with this Pail. */
function anyones(folder: string): Settings {
  const dataDir = path.resolve(folder);
  const log: Settings["log"] = (line) => write(line, "info");
  return { ...awsEnv(), dataDir, host: "127.0.0.1", port: defaultBucketPort, log };
}

function write({ level, ...line }: Record<string, unknown>, usual: "info" | "debug"): void {
  if (level === "error") log.error(line, "bucket");
  // 501 is asked for on purpose: what the bucket cannot do is found out so.
  else log[Number(line.status) >= 500 && line.status !== 501 ? "warn" : usual](line, "bucket");
}

function stopOnSignal(server: LocalBucket): void {
  const stop = () => void server.close().then(() => process.exit(0));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  // The one that started it is gone, and the next one wants the port and the folder. What was acknowledged is on the disk.
  process.once("disconnect", () => process.exit(0));
}

function report({ port, url }: LocalBucket, json: boolean): void {
  if (process.send !== undefined) process.send({ port } satisfies BucketMessage);
  else console.log(json ? JSON.stringify({ url, port }) : `The local bucket is at ${url}`);
}

function explain(error: unknown, { host, port, dataDir }: Settings, folderSetting: string): string {
  const { code = "", syscall, message } = error as NodeJS.ErrnoException;
  const portSetting = folderSetting === "DATA_DIR=" ? "for the local bucket: S3_PORT=" : "with --port ";
  if (code === "EADDRINUSE") return `Port ${port} is in use. Choose another one ${portSetting}${port + 1}`;
  if (syscall === "listen" || syscall === "getaddrinfo")
    return `The local bucket cannot listen on ${host}, port ${port} (${code}).`;
  if (code.startsWith("SQLITE_BUSY"))
    return `Another local bucket is using ${dataDir}. Stop it first, or choose another folder: ${folderSetting}/some/folder`;
  if (syscall !== undefined || ["SQLITE_CANTOPEN", "SQLITE_READONLY"].includes(code))
    return `The local bucket cannot write ${dataDir} (${code}). Choose another folder: ${folderSetting}/some/folder`;
  return `The local bucket could not start: ${message}`;
}
