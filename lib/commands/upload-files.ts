import { createHash } from "node:crypto";
import { createReadStream, openAsBlob } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { AppError, type Failure, readFailure, withoutValues } from "@/lib/errors";
import { inspect } from "@/lib/images/inspect";
import { systemClock } from "@/lib/uploads/client/clock";
import { isEarlyFor } from "@/lib/uploads/client/send/send-upload";
import { maxFilesPerBegin } from "@/lib/uploads/contract";
import { momentsOf } from "./file-moments";
import type { UploadClient } from "./upload-client";

export type FileResult = { file: string } & (
  | { status: "sent" | "duplicate"; url: string }
  | { status: "failed"; error: Failure }
);

type Client = Pick<UploadClient, "begin" | "send" | "confirm">;
type Prepared = Awaited<ReturnType<typeof prepare>>;
type Outcome = Awaited<ReturnType<UploadClient["begin"]>>[number];

const filesAtOnce = 4;
/** So little that a slow line has sent it before its forms expire. */
const maxBatchBytes = 64 * 1024 * 1024;
/** How much is too much is for the server to say. */
const noLimits = { maxBytes: Number.POSITIVE_INFINITY, maxPixels: Number.POSITIVE_INFINITY };

/**
 * Sends the files, a batch after another. A file that fails is a result as any other; what ends them all, like a token that is not
 * valid, is thrown. `open` holds the uploads that were begun and are no pictures.
 */
export async function uploadFiles(
  client: Client,
  files: string[],
  open: Set<string>,
  onResult: (result: FileResult) => void,
): Promise<void> {
  for await (const batch of batchesOf(files, onResult)) {
    const grantedAtMs = systemClock.now();
    const outcomes = await client.begin(batch.map(({ offer }) => offer));
    for (const outcome of outcomes) if (outcome.status === "granted") open.add(outcome.id);
    const queue = batch.entries();
    const work = async () => {
      for (const [index, prepared] of queue) {
        onResult(
          await resultOf(prepared.file, () =>
            finish(client, prepared, { outcome: outcomes[index], grantedAtMs }, open),
          ),
        );
      }
    };
    await Promise.all(Array.from({ length: filesAtOnce }, work));
  }
}

async function* batchesOf(
  files: string[],
  onResult: (result: FileResult) => void,
): AsyncGenerator<Prepared[]> {
  let batch: Prepared[] = [];
  let bytes = 0;
  for (const file of files) {
    const prepared = await prepare(file).catch((error: unknown) => onResult(failed(file, error)));
    if (prepared === undefined) continue;
    if (
      batch.length > 0 &&
      (batch.length === maxFilesPerBegin || bytes + prepared.offer.bytes > maxBatchBytes)
    ) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(prepared);
    bytes += prepared.offer.bytes;
  }
  if (batch.length > 0) yield batch;
}

async function prepare(file: string) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const blob = await openAsBlob(file);
  const read = async (start: number, end: number) =>
    new Uint8Array(await blob.slice(start, end).arrayBuffer());
  const { type } = await inspect({ bytes: blob.size, read }, noLimits);
  const offer = {
    ...{ name: path.basename(file), type, bytes: blob.size, sha256: hash.digest("base64") },
    ...(await momentsOf(file)),
  };
  return { file, blob, offer };
}

async function finish(
  client: Client,
  { file, blob, offer }: Prepared,
  { outcome, grantedAtMs }: { outcome: Outcome | undefined; grantedAtMs: number },
  open: Set<string>,
): Promise<FileResult> {
  if (outcome === undefined) throw new AppError("no_pail", "The server did not answer for this file.");
  if (outcome.status === "refused") {
    const { code, message } = readFailure(outcome.error);
    throw new AppError(code, message);
  }
  if (outcome.status === "duplicate") return { file, status: "duplicate", url: outcome.image.url };
  if (!isEarlyFor({ ...outcome, grantedAtMs }, systemClock.now())) {
    const [renewed] = await client.begin([{ ...offer, uploadId: outcome.id }]);
    return finish(client, { file, blob, offer }, { outcome: renewed, grantedAtMs: systemClock.now() }, open);
  }
  await client.send(outcome.form, blob);
  const { url } = await client.confirm(outcome.id);
  open.delete(outcome.id);
  return { file, status: "sent", url };
}

async function resultOf(file: string, work: () => Promise<FileResult>): Promise<FileResult> {
  try {
    return await work();
  } catch (error) {
    return failed(file, error);
  }
}

/** What is no error of this file's is thrown on. */
function failed(file: string, error: unknown): FileResult {
  if (error instanceof AppError && error.code !== "unauthenticated")
    return { file, status: "failed", error: withoutValues(error.toFailure()) };
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined && !(error instanceof DOMException && error.name === "NotReadableError"))
    throw error;
  return { file, status: "failed", error: { code: "unreadable", message: `It cannot be read (${code}).` } };
}
