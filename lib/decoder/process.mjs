// @ts-check
// The decoder itself: one picture, one process. Plain JavaScript in one file, since it is run as it is, without a bundler and
// without tsx: see "One picture, one process" in README.md.
import { readFile } from "node:fs/promises";
import os from "node:os";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import sharp from "sharp";

/** @import { Answer, Decoded, Question, Task, VariantTask } from "./contract" */
/** @import { Size } from "@/lib/images/variants" */
/** @import { HeifImage, Libheif } from "libheif-js/libheif-wasm/libheif-bundle.mjs" */
/** @import { OutputInfo, Sharp } from "sharp" */

if (isMainThread) {
  process.once("message", (/** @type {Question} */ question) => {
    bound(question);
    void answer(question).then((said) => process.send?.(said, () => process.disconnect()));
  });
} else {
  parentPort?.once("message", (/** @type {Question} */ question) => {
    void answer(question).then((said) => parentPort?.postMessage(said));
  });
}

/**
 * From here on this process ends itself, whatever it is busy with: beyond its memory, after its time, and once the server that
 * asked it is gone. The server's requests go first.
 * @param {Question} question
 */
function bound({ maxMemoryBytes, maxMilliseconds }) {
  try {
    os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    console.error(`it has the server's own priority: ${error}`);
  }
  const workerData = { maxMemoryBytes, endsAt: Date.now() + maxMilliseconds, parent: process.ppid };
  new Worker(watch, { eval: true, workerData }).unref();
  process.once("disconnect", () => process.exit());
}

// A thread of its own, as the main one does nothing else while it decodes.
const watch = `
  const { writeSync } = require("node:fs");
  const { workerData: { maxMemoryBytes, endsAt, parent } } = require("node:worker_threads");
  setInterval(() => {
    const isTooLarge = process.memoryUsage.rss() > maxMemoryBytes;
    if (isTooLarge) writeSync(2, "out of memory");
    if (isTooLarge || Date.now() > endsAt || process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, 20);
`;

/**
 * @param {Question} question
 * @returns {Promise<Answer>}
 */
async function answer({ task }) {
  try {
    return task === "versions" ? { status: "versions", versions: await versions() } : await decode(task);
  } catch (error) {
    return { status: "refused", reason: error instanceof Error ? error.message : String(error) };
  }
}

async function versions() {
  const { heif } = await startLibheif();
  return {
    libheif: heif.heif_get_version(),
    sharp: sharp.versions.sharp ?? "",
    avif: sharp.versions.heif ?? "",
  };
}

/**
 * @param {Task} task
 * @returns {Promise<Decoded>}
 */
async function decode(task) {
  sharp.cache(false);
  sharp.concurrency(1);
  const { largest, plan } = await decodeLargest(task);
  /** @type {Decoded["variants"]} */
  const variants = {};
  for (const variant of plan.variants) variants[variant.kind] = await encode(largest, variant);
  const { part, ...size } = plan.thumbhash;
  const tiny = await pixelsOf(largest)
    .extract(part)
    .resize({ ...size, fit: "fill" })
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { rgbaToThumbHash } = await import("thumbhash");
  return {
    status: "decoded",
    variants,
    thumbhash: rgbaToThumbHash(tiny.info.width, tiny.info.height, tiny.data),
  };
}

/**
 * The pixels that all variants are made of, and the task as they are turned.
 * @param {Task} task
 */
async function decodeLargest(task) {
  if (task.type === "image/heic") return sized(task, await openHeic(task));
  try {
    return await sized(task, await open(task, task.file, "truncated"));
  } catch (error) {
    if (task.type !== "image/jpeg") throw error;
    // A JPEG that lacks its last marker and nothing else is whole; one that lacks more than that is warned of.
    const ended = Buffer.concat([await readFile(task.file), Buffer.from([0xff, 0xd9])]);
    return sized(task, await open(task, ended, "warning"));
  }
}

/**
 * Its size is known before its pixels are: either way round, as not all honour the same orientations.
 * @param {Task} task
 * @param {{ width: number, height: number, pixels: () => Sharp }} opened
 */
async function sized(task, { width, height, pixels }) {
  const isTurned = task.width !== width;
  const plan = isTurned ? turned(task) : task;
  if (plan.width !== width || plan.height !== height)
    throw new Error(`its headers say ${task.width} x ${task.height}, and its decoder ${width} x ${height}`);
  const largest = await pixels()
    .resize({ ...plan.largest, fit: "fill" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { largest, plan };
}

/**
 * @param {Task} task
 * @returns {Task}
 */
function turned(task) {
  /** @template {Size} T @param {T} size @returns {T} */
  const turn = (size) => ({ ...size, width: size.height, height: size.width });
  /** @param {Task["thumbhash"]["part"]} part */
  const turnPart = ({ left, top, ...size }) => ({ ...turn(size), left: top, top: left });
  return {
    ...turn(task),
    largest: turn(task.largest),
    variants: task.variants.map((variant) => ({
      ...variant,
      part: turnPart(variant.part),
      sizes: variant.sizes.map(turn),
    })),
    thumbhash: { ...turn(task.thumbhash), part: turnPart(task.thumbhash.part) },
  };
}

/** @typedef {{ data: Buffer, info: OutputInfo }} Pixels */

/** @param {Pixels} pixels */
const pixelsOf = ({ data, info: { width, height, channels } }) =>
  sharp(data, { raw: { width, height, channels }, limitInputPixels: false });

/**
 * What sharp's own decoders say of the file, before they decode it; they hold themselves to the limit.
 * @param {Task} task
 * @param {string | Buffer} input
 * @param {"truncated" | "warning"} failOn
 */
async function open(task, input, failOn) {
  const picture = sharp(input, { limitInputPixels: task.maxPixels, failOn });
  const { autoOrient } = await picture.metadata();
  return { ...autoOrient, pixels: () => picture.autoOrient() };
}

/** @param {Task} task */
async function openHeic({ file, maxPixels, maxMemoryBytes }) {
  const { heif, setLimits } = await startLibheif();
  setLimits({ maxPixels, maxMemoryBytes });
  const images = new heif.HeifDecoder().decode(await readFile(file));
  const image = images.find((candidate) => candidate.is_primary());
  if (image === undefined) throw new Error("there is no picture in it");
  return { width: image.get_width(), height: image.get_height(), pixels: () => pixelsOfHeic(heif, image) };
}

/**
 * @param {Libheif} heif
 * @param {HeifImage} image
 */
function pixelsOfHeic({ heif_js_decode_image2, heif_colorspace, heif_chroma, heif_channel }, image) {
  const size = { width: image.get_width(), height: image.get_height() };
  const isClear = image.has_alpha_channel();
  const chroma = isClear ? heif_chroma.heif_chroma_interleaved_RGBA : heif_chroma.heif_chroma_interleaved_RGB;
  const shown = heif_js_decode_image2(image.handle, heif_colorspace.heif_colorspace_RGB, chroma);
  const channel = shown.channels?.find(({ id }) => id === heif_channel.heif_channel_interleaved);
  if (channel === undefined) throw new Error(shown.message ?? "it cannot be decoded");
  if (channel.width !== size.width || channel.height !== size.height)
    throw new Error(
      `its pixels are ${channel.width} x ${channel.height}, not ${size.width} x ${size.height}`,
    );
  const channels = isClear ? 4 : 3;
  return sharp(packed(channel, channels), { raw: { ...size, channels }, limitInputPixels: false });
}

/**
 * The pixels row by row, where they are: libheif begins each row at a round address. They are its memory, not a copy.
 * @param {{ data: Uint8Array, width: number, height: number, stride: number }} channel
 * @param {number} channels
 */
function packed({ data, width, height, stride }, channels) {
  const rowBytes = width * channels;
  for (let row = 1; stride !== rowBytes && row < height; row += 1)
    data.copyWithin(row * rowBytes, row * stride, row * stride + rowBytes);
  return Buffer.from(data.buffer, data.byteOffset, rowBytes * height);
}

/** A fresh one, with memory of its own: what one file has done to it is gone with it. */
async function startLibheif() {
  const { default: createLibheif } = await import("libheif-js/libheif-wasm/libheif-bundle.mjs");
  const heif = createLibheif();
  /** @param {{ maxPixels: number, maxMemoryBytes: number }} limits */
  const setLimits = ({ maxPixels, maxMemoryBytes }) => {
    // struct heif_security_limits, as its header has it since version 2.
    const limits = heif._heif_get_global_security_limits();
    const memory = new DataView(heif.HEAPU8.buffer);
    memory.setBigUint64(limits + 8, BigInt(maxPixels), true);
    memory.setBigUint64(limits + 40, BigInt(maxMemoryBytes), true);
    memory.setBigUint64(limits + 64, BigInt(maxMemoryBytes), true);
  };
  return { heif, setLimits };
}

/**
 * Only a long picture can be too much, and is tried at lesser sizes.
 * @param {Pixels} largest
 * @param {VariantTask} variant
 */
async function encode(largest, { part, sizes, types, quality, maxBytes }) {
  const isClear = largest.info.channels === 2 || largest.info.channels === 4;
  /** @type {{ type: VariantTask["types"][number]["type"], bytes: Buffer } | null} */
  let made = null;
  for (const { width, height } of sizes) {
    const fit = types.find(
      ({ type, longest }) => longest >= Math.max(width, height) && !(isClear && type === "image/jpeg"),
    );
    if (fit === undefined) continue;
    const resized = pixelsOf(largest).extract(part).resize({ width, height, fit: "fill" });
    made = { type: fit.type, bytes: await encoders[fit.type](resized, quality).toBuffer() };
    if (made.bytes.length <= maxBytes) return made;
  }
  if (made === null) throw new Error("it is too long to be encoded");
  return made;
}

const encoders = {
  /** @param {Sharp} picture @param {number} quality */
  "image/webp": (picture, quality) => picture.webp({ quality }),
  /** @param {Sharp} picture @param {number} quality */
  "image/jpeg": (picture, quality) => picture.jpeg({ quality }),
};
