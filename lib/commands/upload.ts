import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { isImageName } from "@/lib/images/formats/table";
import type { Command, Flags } from "./command";
import { UploadClient } from "./upload-client";
import { type FileResult, uploadFiles } from "./upload-files";

const interruptedExitCode = 130;
const abandonWithinMs = 5000;

export const uploadCommand: Command = {
  usage:
    "FILE… [--origin https://photos.example.org]   (the token in PAIL_TOKEN; a folder means the pictures in it)",
  options: { origin: { type: "string" } },
  takesFiles: true,
  async run(flags, given) {
    const [origin, token, stop] = [originOf(flags), requireToken(), new AbortController()];
    if (given.length === 0) throw new AppError("usage", "Say which pictures: files or folders.");
    const files = given.flatMap(filesOf);
    process.once("SIGINT", () => stop.abort());
    const results: FileResult[] = [];
    const open = new Set<string>();
    const say = showProgress(files.length);
    try {
      await uploadFiles(new UploadClient(origin, token, stop.signal), files, open, (result) => {
        results.push(result);
        say(result, results.length);
      });
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      await abandon(new UploadClient(origin, token, AbortSignal.timeout(abandonWithinMs)), open);
    }
    const hasFailed = results.some(({ status }) => status === "failed");
    const exitCode = stop.signal.aborted ? interruptedExitCode : Number(hasFailed);
    return { data: { files: results }, text: summary(results, files.length), exitCode };
  },
};

function requireToken(): string {
  const { apiToken } = env();
  if (apiToken !== null) return apiToken;
  throw new AppError("usage", "Set PAIL_TOKEN to a token that may upload: make one under Settings.");
}

function originOf({ origin }: Flags): string {
  const parsed = z.url({ protocol: /^https?$/ }).safeParse(origin ?? env().appOrigin);
  if (parsed.success) return new URL(parsed.data).origin;
  throw new AppError("usage", "--origin must be an origin, like https://photos.example.org.");
}

/** A file is what was named; of a folder the pictures, by their names, in it and below. */
function filesOf(name: string): string[] {
  if (!fs.statSync(name, { throwIfNoEntry: false })?.isDirectory()) return [name];
  return fs
    .readdirSync(name, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && isImageName(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** What was begun holds room in the quota. Where this fails, it ends by itself a little later. */
async function abandon(client: UploadClient, open: Set<string>): Promise<void> {
  await Promise.allSettled([...open].map((id) => client.abandon(id)));
}

const words = { sent: "sent", duplicate: "already there", failed: "failed" };

/** A line for each file; on a terminal one for all, and for those that failed. Standard output belongs to the answer. */
function showProgress(total: number): (result: FileResult, done: number) => void {
  const isTerminal = process.stderr.isTTY;
  return (result, done) => {
    const reason = result.status === "failed" ? `: ${result.error.message}` : "";
    const line = `${words[result.status]}  ${result.file}${reason}\n`;
    if (!isTerminal) process.stderr.write(line);
    else {
      const count = `${done} of ${total}${done === total ? "\n" : ""}`;
      process.stderr.write(`\r\x1b[K${result.status === "failed" ? line : ""}${count}`);
    }
  };
}

function summary(results: FileResult[], total: number): string {
  const count = (wanted: FileResult["status"]) => results.filter(({ status }) => status === wanted).length;
  const parts = [
    `Sent ${count("sent")}`,
    `${count("duplicate")} were already there`,
    `${count("failed")} failed`,
  ];
  const rest = total - results.length;
  return `${[...parts, ...(rest > 0 ? [`${rest} were not reached`] : [])].join("; ")}.`;
}
