import "server-only";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, openAsBlob } from "node:fs";
import path from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Viewer } from "@/lib/accounts/viewer";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { blobSource } from "@/lib/images/formats/byte-reader";
import { inspect } from "@/lib/images/inspect";
import { incoming } from "@/lib/storage/locations";
import { abandonUploads, beginOriginals } from "./begin";
import { confirmUploads } from "./confirm";
import type { ConfirmOutcome, OriginalOffer } from "./contract";
import { tooLarge } from "./limits";
import { incomingName } from "./objects";
import { inTemporaryFolder } from "./temporary-folder";

interface Sent {
  name: string;
  fileDate?: OriginalOffer["fileDate"];
  body: AsyncIterable<Uint8Array>;
  /** as the request's head has it; 0 or NaN where it does not say */
  announcedBytes: number;
}

/**
 * The one door through which a picture's bytes pass the server, for programs that can send only one request (see "Uploads in
 * one request" in README.md). They wait on
 * disk until it is known what they are; from there on they go the way of all others.
 */
export async function receiveImage(
  viewer: Viewer,
  { name, fileDate, body, announcedBytes }: Sent,
): Promise<ConfirmOutcome> {
  if (announcedBytes > env().limits.maxBytes) return { status: "refused", error: tooLarge() };
  return inTemporaryFolder("received", async (folder) => {
    const file = path.join(folder, "original");
    const original = await takeIn(body, file);
    return send(viewer, { name, original, fileDate }, file);
  });
}

/** A file on this machine that is to become a picture. */
export interface ReceivedFile {
  path: string;
  name: string;
  fileDate?: OriginalOffer["fileDate"];
  /** base64; what else its bytes are not to be taken for */
  sha256?: string | undefined;
}

/**
 * The same for files that are here already, up to `maxFilesPerBegin` at once: the outcome of each, in their order. Throws AppError
 * `rate_limited`, and StorageError where the bucket is not to be had.
 */
export async function receiveFiles(viewer: Viewer, files: ReceivedFile[]): Promise<ConfirmOutcome[]> {
  const looked = await Promise.all(files.map(lookAt));
  const offers = looked.filter((one): one is Offered => !isOutcome(one));
  const begun =
    offers.length === 0
      ? []
      : await beginOriginals(
          viewer,
          offers.map(({ offer }) => offer),
        );
  const granted = offers.flatMap(({ file, offer }, index) => {
    const outcome = begun[index];
    return outcome?.status === "granted" ? [{ id: outcome.uploadId, file, offer }] : [];
  });
  const ids = granted.map(({ id }) => id);
  try {
    for (const { id, file, offer } of granted) await sendOriginal(id, file, offer);
  } catch (error) {
    await abandonUploads(viewer, ids);
    throw error;
  }
  const confirmed = new Map((await confirmUploads(viewer, ids)).map((outcome, n) => [ids[n], outcome]));
  const outcomes = begun.map((outcome) =>
    outcome.status === "granted" ? (confirmed.get(outcome.uploadId) ?? unanswered()) : outcome,
  );
  return looked.map((one) => (isOutcome(one) ? one : (outcomes[offers.indexOf(one)] ?? unanswered())));
}

interface Offered {
  file: string;
  offer: OriginalOffer;
}

const isOutcome = (one: Offered | ConfirmOutcome): one is ConfirmOutcome => "status" in one;

async function lookAt({
  path: file,
  name,
  fileDate,
  sha256,
}: ReceivedFile): Promise<Offered | ConfirmOutcome> {
  try {
    const original = await hashAndInspect(createReadStream(file), file);
    if (sha256 !== undefined && original.sha256 !== sha256) throw new AppError("bytes_differ");
    return { file, offer: { name, original, fileDate } };
  } catch (error) {
    if (error instanceof AppError) return { status: "refused", error: error.toFailure() };
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    return { status: "refused", error: { code: "unreadable", message: `It cannot be read (${code}).` } };
  }
}

const takeIn = (body: AsyncIterable<Uint8Array>, file: string): Promise<OriginalOffer["original"]> =>
  hashAndInspect(body, file, createWriteStream(file));

/** Of the body, which lies in the file when it has come to its end. */
async function hashAndInspect(
  body: AsyncIterable<Uint8Array>,
  file: string,
  into: Writable = nowhere(),
): Promise<OriginalOffer["original"]> {
  const { limits } = env();
  const [hash, md5] = [createHash("sha256"), createHash("md5")];
  let bytes = 0;
  const bounded = async function* () {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > limits.maxBytes) throw AppError.of(tooLarge());
      hash.update(chunk);
      md5.update(chunk);
      yield chunk;
    }
  };
  await pipeline(bounded, into);
  const { type } = await inspect(blobSource(await openAsBlob(file)), limits);
  return { type, bytes, sha256: hash.digest("base64"), md5: md5.digest("base64") };
}

async function send(viewer: Viewer, offer: OriginalOffer, file: string): Promise<ConfirmOutcome> {
  const [outcome] = await beginOriginals(viewer, [offer]);
  if (outcome === undefined) return unanswered();
  if (outcome.status !== "granted") return outcome;
  const { uploadId } = outcome;
  await sendOriginal(uploadId, file, offer);
  const [confirmed] = await confirmUploads(viewer, [uploadId]);
  return confirmed ?? unanswered();
}

const sendOriginal = (uploadId: string, file: string, { original }: OriginalOffer): Promise<void> =>
  incoming().saveKnown(incomingName(uploadId, "original"), createReadStream(file), original);

const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

function unanswered(): never {
  throw new Error("an offer was not answered");
}
