import "server-only";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, openAsBlob } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { Viewer } from "@/lib/accounts/viewer";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { blobSource } from "@/lib/images/formats/byte-reader";
import { inspect } from "@/lib/images/inspect";
import { incoming } from "@/lib/storage/locations";
import { beginOriginals } from "./begin";
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

async function takeIn(body: AsyncIterable<Uint8Array>, file: string): Promise<OriginalOffer["original"]> {
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
  await pipeline(bounded, createWriteStream(file));
  const { type } = await inspect(blobSource(await openAsBlob(file)), limits);
  return { type, bytes, sha256: hash.digest("base64"), md5: md5.digest("base64") };
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
