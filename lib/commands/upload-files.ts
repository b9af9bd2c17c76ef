import { createHash } from "node:crypto";
import { createReadStream, openAsBlob } from "node:fs";
import path from "node:path";
import { AppError, type Failure, readFailure, withoutValues } from "@/lib/errors";
import { blobSource } from "@/lib/images/formats/byte-reader";
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
  const digests = { wantsMd5: false };
  for await (const batch of batchesOf(files, digests, onResult)) {
    const grantedAtMs = systemClock.now();
    const outcomes = await begin(client, batch);
    digests.wantsMd5 ||= batch.some(({ offer }) => offer.md5 !== undefined);
    for (const outcome of outcomes) if (outcome?.status === "granted") open.add(outcome.id);
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

/** Where the bucket wants the MD5 of files too, these are computed, and asked for again. */
async function begin(client: Client, batch: Prepared[]): Promise<(Outcome | undefined)[]> {
  const ask = (some: Prepared[]) => client.begin(some.map(({ offer }) => offer));
  const outcomes: (Outcome | undefined)[] = await ask(batch);
  const lacking = batch.filter(({ offer }, index) => offer.md5 === undefined && lacksDigest(outcomes[index]));
  if (lacking.length === 0) return outcomes;
  for (const { file, offer } of lacking) offer.md5 = (await digestsOf(file, ["md5"])).md5;
  const again = (await ask(lacking)).values();
  return batch.map((prepared, index) => (lacking.includes(prepared) ? again.next().value : outcomes[index]));
}

const lacksDigest = (outcome: Outcome | undefined): boolean =>
  outcome?.status === "refused" && outcome.error.code === "digest_missing";

async function* batchesOf(
  files: string[],
  digests: { wantsMd5: boolean },
  onResult: (result: FileResult) => void,
): AsyncGenerator<Prepared[]> {
  let batch: Prepared[] = [];
  let bytes = 0;
  for (const file of files) {
    const prepared = await prepare(file, digests).catch((error: unknown) => onResult(failed(file, error)));
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

async function prepare(file: string, { wantsMd5 }: { wantsMd5: boolean }) {
  const { sha256 = "", md5 } = await digestsOf(file, wantsMd5 ? ["sha256", "md5"] : ["sha256"]);
  const blob = await openAsBlob(file);
  const { type } = await inspect(blobSource(blob), noLimits);
  const offer = {
    ...{ name: path.basename(file), type, bytes: blob.size, sha256, md5 },
    ...(await momentsOf(file)),
  };
  return { file, blob, offer };
}

type Digest = "sha256" | "md5";

/** In base64, of one read of the file. */
async function digestsOf(file: string, names: Digest[]): Promise<Partial<Record<Digest, string>>> {
  const hashes = names.map((name) => [name, createHash(name)] as const);
  for await (const chunk of createReadStream(file)) for (const [, hash] of hashes) hash.update(chunk);
  return Object.fromEntries(hashes.map(([name, hash]) => [name, hash.digest("base64")]));
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
