import "server-only";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, openAsBlob } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { Viewer } from "@/lib/accounts/viewer";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { inspect } from "@/lib/images/inspect";
import { incoming } from "@/lib/storage/locations";
import { beginOriginals } from "./begin";
import { confirmUploads } from "./confirm";
import type { ConfirmOutcome, OriginalOffer } from "./contract";
import { tooLarge } from "./limits";
import { incomingName } from "./objects";

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
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-received-"));
  try {
    const file = path.join(folder, "original");
    const original = await takeIn(body, file);
    return await send(viewer, { name, original, fileDate }, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function takeIn(body: AsyncIterable<Uint8Array>, file: string): Promise<OriginalOffer["original"]> {
  const { limits } = env();
  const hash = createHash("sha256");
  let bytes = 0;
  const bounded = async function* () {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > limits.maxBytes) throw AppError.of(tooLarge());
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(bounded, createWriteStream(file));
  const blob = await openAsBlob(file);
  const read = async (start: number, end: number) =>
    new Uint8Array(await blob.slice(start, end).arrayBuffer());
  const { type } = await inspect({ bytes, read }, limits);
  return { type, bytes, sha256: hash.digest("base64") };
}

async function send(viewer: Viewer, offer: OriginalOffer, file: string): Promise<ConfirmOutcome> {
  const [outcome] = await beginOriginals(viewer, [offer]);
  if (outcome === undefined) throw new Error("an offer was not answered");
  if (outcome.status !== "granted") return outcome;
  const { uploadId } = outcome;
  await incoming().saveKnown(incomingName(uploadId, "original"), createReadStream(file), offer.original);
  const [confirmed] = await confirmUploads(viewer, [uploadId]);
  if (confirmed === undefined) throw new Error("an upload was not answered");
  return confirmed;
}
