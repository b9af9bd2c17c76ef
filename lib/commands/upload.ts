import { z } from "zod";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import type { Command, Flags } from "./command";
import { filesNamed } from "./folder-files";
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
    const { files, leftOut } = await filesNamed(given);
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
    const text = [summary(results, files.length), leftOutLine(leftOut)]
      .filter((line) => line !== "")
      .join("\n");
    return { data: { files: results, leftOut }, text, exitCode };
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

/** As the page says it. */
function leftOutLine(count: number): string {
  if (count === 0) return "";
  const files = count === 1 ? "1 other file was" : `${count} other files were`;
  return `${files} left out: sidecars, videos, other programs’ files.`;
}
