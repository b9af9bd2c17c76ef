import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { log } from "@/lib/log";
import type { Command } from "./command";

/** What the process tells the one that started it, once. */
export type BucketMessage = { port: number } | { error: string };

export const bucketServeCommand: Command = {
  summary: "serve the local bucket alone (npm start does so by itself)",
  async run() {
    const { bucket, host } = env();
    if (bucket.local === null)
      throw new AppError("usage", "S3_BUCKET is set, so there is no local bucket to serve.");
    try {
      const server = await startLocalBucket({
        dataDir: bucket.local.dataDir,
        host,
        port: bucket.local.port,
        region: bucket.region,
        domain: new URL(bucket.publicEndpoint).hostname,
        credentials: bucket.credentials,
        log: (line) =>
          log[line.status === undefined || Number(line.status) >= 500 ? "warn" : "debug"](line, "bucket"),
      });
      report({ port: server.port });
      const stop = () => void server.close().then(() => process.exit(0));
      process.once("SIGTERM", stop);
      process.once("SIGINT", stop);
      // The one that started it is gone, and the next one wants the port and the folder. What was acknowledged is on the disk.
      process.once("disconnect", () => process.exit(0));
      return undefined;
    } catch (error) {
      const sentence = explain(error, bucket.local.port);
      // Whoever started it says it; nobody should read it twice.
      if (process.send === undefined) throw new AppError("bucket_failed", sentence, { cause: error });
      process.send({ error: sentence } satisfies BucketMessage, () => process.exit(1));
      return undefined;
    }
  },
};

function report(message: { port: number } & BucketMessage): void {
  if (process.send !== undefined) process.send(message);
  else console.log(`The local bucket listens on port ${message.port}.`);
}

function explain(error: unknown, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE")
    return `Port ${port} is in use. Choose another one for the local bucket: S3_PORT=${port + 1}`;
  if (code === "EACCES" || code === "EROFS") return `The local bucket cannot write its folder: ${message}`;
  if (message.includes("database is locked")) return "Another Pail is using this DATA_DIR. Stop it first.";
  return `The local bucket could not start: ${message}`;
}
