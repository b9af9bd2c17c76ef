import path from "node:path";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { type CheckReport, checkFolder, type Problem } from "@/lib/local-bucket/check";
import type { Command } from "./command";

export const bucketCheckCommand: Command = {
  usage: "[--data DIR] [--deep]   (--deep reads every byte; the bucket must not be running)",
  options: { data: { type: "string" }, deep: { type: "boolean" } },
  async run({ data, deep = false }) {
    const dataDir = path.resolve(String(data ?? pailsFolder()));
    const onProgress = deep && process.stderr.isTTY ? showProgress() : undefined;
    const options = { deep: deep === true, ...(onProgress && { onProgress }) };
    const report = await checkFolder(dataDir, options).catch((cause: unknown) => {
      throw new AppError("bucket_check", explain(cause, dataDir), { cause });
    });
    return {
      data: report,
      text: describe(report, options.deep),
      exitCode: report.problems.length === 0 ? 0 : 1,
    };
  },
};

function pailsFolder(): string {
  const { local } = env().bucket;
  if (local === null)
    throw new AppError("usage", "S3_BUCKET is set: say which folder to check, with --data.");
  return local.dataDir;
}

function showProgress(): (readBytes: number, ofBytes: number) => void {
  let shown = -1;
  return (readBytes, ofBytes) => {
    const percent = ofBytes === 0 ? 100 : Math.floor((100 * readBytes) / ofBytes);
    if (percent === shown) return;
    shown = percent;
    process.stderr.write(percent === 100 ? "\r\x1b[K" : `\r${percent} % read`);
  };
}

function describe({ objects, blobs, bytes, problems }: CheckReport, deep: boolean): string {
  const held = `${objects} objects, ${blobs} files, ${bytes} bytes`;
  if (problems.length > 0)
    return [...problems.map(line), `${held}. Problems: ${problems.length}.`].join("\n");
  return `${held}: ${deep ? "every byte is as it was stored" : "every file is there with its size"}.`;
}

function line({ kind, what, neededBy }: Problem): string {
  const objects = neededBy.map(({ bucket, key }) => `${bucket}/${key}`).join(", ");
  return `${kind}: ${what}${objects && `, needed by ${objects}`}`;
}

function explain(error: unknown, dataDir: string): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (code.startsWith("SQLITE_BUSY")) return `A local bucket is using ${dataDir}. Stop it first.`;
  return code === "" ? message : `${dataDir} cannot be checked: ${message}`;
}
