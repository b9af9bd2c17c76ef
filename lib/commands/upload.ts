import { z } from "zod";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import type { Command, Flags } from "./command";
import { leftOutLine, showProgress, summary } from "./file-results";
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
