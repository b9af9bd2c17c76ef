import type { Result } from "@/lib/errors";
import { byKind, variantKinds } from "@/lib/images/variants";
import { sha256 } from "@/lib/uploads/client/prepare/digests";
import type { PreparedImage } from "@/lib/uploads/client/prepare/prepared-image";
import { createPreparer, type Preparer } from "@/lib/uploads/client/prepare/preparer";
import { PageQueue } from "@/lib/uploads/client/queue/page-queue";
import { hasEnded } from "@/lib/uploads/client/queue/upload-item";
import type { SendObject } from "@/lib/uploads/client/send/send-object";
import { sendObject } from "@/lib/uploads/client/send/send-object";
import type { BeginOutcome, ConfirmOutcome } from "@/lib/uploads/contract";
import { contend } from "./contend";

const limits = { maxBytes: 50 * 1024 * 1024, maxPixels: 50_000_000 };
const createWorker = () => new Worker("/prepare.worker.js", { type: "module" });
const signal = new AbortController().signal;

let prepared = new Map<File, PreparedImage>();

contend({
  Pail: (files) => upload(files, createPreparer({ limits, createWorker })),
  "Pail without variants": (files) =>
    upload(files, { concurrency: 2, prepare: withoutVariants }, { send: sendOriginal, verb: "take" }),
  "hashing and variants alone": async (files) => {
    prepared = await prepareAll(files);
  },
  /** After that, in the same page: it sends what was prepared. */
  "the network alone": (files) =>
    upload(files, {
      concurrency: files.length,
      prepare: async (file) => prepared.get(file) as PreparedImage,
    }),
});

async function prepareAll(files: File[]): Promise<Map<File, PreparedImage>> {
  const preparer = createPreparer({ limits, createWorker });
  const images = new Map<File, PreparedImage>();
  const queue = files.values();
  const work = async () => {
    for (const file of queue) images.set(file, await preparer.prepare(file, signal));
  };
  await Promise.all(Array.from({ length: preparer.concurrency }, work));
  preparer.close();
  return images;
}

async function upload(
  files: File[],
  preparer: Preparer,
  { send = sendObject, verb = "confirm" } = {},
): Promise<void> {
  const queue = new PageQueue({
    server: {
      begin: (offers) => call<BeginOutcome>("begin", offers),
      confirm: (ids) => call<ConfirmOutcome>(verb, ids),
      ping: async () => ({ ok: true, value: null }),
    },
    preparer,
    send,
  });
  queue.add(files);
  await new Promise<void>((resolve) => {
    queue.subscribe(() => queue.getSnapshot().totals.active === 0 && resolve());
  });
  const { items } = queue.getSnapshot();
  const failed = items.find(({ state }) => hasEnded(state) && state.status !== "ready");
  if (failed !== undefined) throw new Error(`${failed.name}: ${JSON.stringify(failed.state)}`);
}

async function call<T>(verb: string, input: unknown): Promise<Result<T[]>> {
  const response = await fetch(`/${verb}`, { method: "POST", body: JSON.stringify(input) });
  return { ok: true, value: await response.json() };
}

/** The protocol wants both sizes: a dot stands for them, which is not sent, and so there is nothing to confirm. */
const sendOriginal: SendObject = async (form, blob, options) =>
  blob instanceof File ? sendObject(form, blob, options) : { status: "sent" };

/** The original is hashed as ever. */
async function withoutVariants(file: File): Promise<PreparedImage> {
  const dot = await dotOf();
  const original = { type: "image/jpeg", bytes: file.size, sha256: await sha256(file), blob: file } as const;
  return { original, ...byKind(variantKinds, () => dot), thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI" };
}

async function dotOf() {
  const canvas = new OffscreenCanvas(1, 1);
  canvas.getContext("2d");
  const blob = await canvas.convertToBlob({ type: "image/webp" });
  return { type: "image/webp", bytes: blob.size, sha256: await sha256(blob), blob } as const;
}
