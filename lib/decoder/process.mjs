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
export async function answer({ task }) {
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
  const largest = await decodeLargest(task);
  /** @type {Decoded["variants"]} */
  const variants = {};
  for (const variant of task.variants) variants[variant.kind] = await encode(largest, variant);
  const { part, ...size } = task.thumbhash;
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
 * The pixels that all variants are made of, upright. The size is known before they are: it has to be the one that was inspected.
 * @param {Task} task
 * @returns {Promise<Pixels>}
 */
async function decodeLargest(task) {
  const pixels = task.type === "image/heic" ? await openHeic(task) : await open(task);
  return pixels.raw().toBuffer({ resolveWithObject: true });
}

/**
 * All that the decoder gives, upright.
 * @param {Task} task
 * @returns {Size}
 */
const wholeOf = ({ crop, width, height }) => crop?.whole ?? { width, height };

/**
 * @param {Size} decoded
 * @param {Size} inspected
 */
function requireSame(decoded, inspected) {
  if (decoded.width !== inspected.width || decoded.height !== inspected.height)
    throw new Error(`its headers say ${said(inspected)}, and its decoder ${said(decoded)}`);
}

/** @param {Size} size */
const said = ({ width, height }) => `${width} x ${height}`;

/**
 * @param {Task} task
 * @param {Sharp} whole
 */
function sized({ crop, largest }, whole) {
  if (crop !== null) {
    const { left, top, width, height } = crop;
    whole.extract({ left, top, width, height });
  }
  return whole.resize({ ...largest, fit: "fill" });
}

/** @typedef {{ data: Buffer, info: OutputInfo }} Pixels */

/** @param {Pixels} pixels */
const pixelsOf = ({ data, info: { width, height, channels } }) =>
  sharp(data, { raw: { width, height, channels }, limitInputPixels: false });

/**
 * What sharp's own decoders say of the file, they say before they decode it; they hold themselves to the limit.
 * @param {Task} task
 */
async function open(task) {
  const { file, type, orientation, maxPixels } = task;
  // What libpng warns of, browsers refuse; at what the others warn of, they shrug.
  const failOn = type === "image/png" ? "warning" : "truncated";
  if (type === "image/jpeg") requireOwnEnd(await readFile(file));
  const picture = sharp(file, { limitInputPixels: maxPixels, failOn });
  const { width, height } = await picture.metadata();
  const whole = wholeOf(task);
  if (type === "image/gif" && width <= whole.width && height <= whole.height) {
    requireAllPixels(await readFile(file));
    return onScreen(task, picture, { width, height });
  }
  requireSame({ width, height }, orientation > 4 ? { width: whole.height, height: whole.width } : whole);
  return sized(task, turned(picture, orientation));
}

/**
 * Another picture that begins within this one says that it was cut off: libjpeg would fill up what is missing, where browsers refuse
 * it. Behind its end there may be as many as like.
 * @param {Buffer} bytes of a JPEG
 */
function requireOwnEnd(bytes) {
  for (let at = bytes.indexOf(0xff, 2); at >= 0 && at + 4 <= bytes.length; at = bytes.indexOf(0xff, at)) {
    const code = bytes.readUInt8(at + 1);
    if (code === 0xd9) return;
    if (code === 0xd8) throw new Error("another picture begins before it ends");
    const standsAlone = code <= 1 || (code >= 0xd0 && code <= 0xd7);
    if (code === 0xff) at += 1;
    else at += standsAlone ? 2 : 2 + bytes.readUInt16BE(at + 2);
  }
}

/**
 * Browsers refuse a GIF whose first image breaks off; sharp's decoder leaves the rest of it empty.
 * @param {Buffer} bytes of a GIF that was inspected
 */
function requireAllPixels(bytes) {
  /** @param {number} flags */
  const tableBytes = (flags) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + tableBytes(bytes.readUInt8(10));
  while (bytes.readUInt8(at) === 0x21) at = dataFrom(bytes, at + 2).end;
  const pixels = bytes.readUInt16LE(at + 5) * bytes.readUInt16LE(at + 7);
  at += 10 + tableBytes(bytes.readUInt8(at + 9));
  if (countPixels(dataFrom(bytes, at + 1).data, bytes.readUInt8(at)) < pixels)
    throw new Error("its first image breaks off");
}

/**
 * What the blocks from here on hold, up to the empty one.
 * @param {Buffer} bytes
 * @param {number} start
 */
function dataFrom(bytes, start) {
  const blocks = [];
  let at = start;
  for (let length = bytes.readUInt8(at); length > 0; length = bytes.readUInt8(at)) {
    blocks.push(bytes.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { data: Buffer.concat(blocks), end: at + 1 };
}

/**
 * How many pixels GIF's LZW codes stand for, up to the first that means nothing.
 * @param {Buffer} data
 * @param {number} colourBits
 */
function countPixels(data, colourBits) {
  if (colourBits === 0) return 0;
  const [clear, end] = [1 << colourBits, (1 << colourBits) + 1];
  const lengths = new Uint16Array(4096).fill(1, 0, clear);
  let [bits, count, width, next, previous, pixels] = [0, 0, colourBits + 1, end + 1, -1, 0];
  for (const byte of data) {
    bits |= byte << count;
    count += 8;
    while (count >= width) {
      const code = bits & ((1 << width) - 1);
      bits >>>= width;
      count -= width;
      if (code === end) return pixels;
      if (code === clear) {
        [width, next, previous] = [colourBits + 1, end + 1, -1];
        continue;
      }
      if (previous < 0 ? code > clear : code > next) return pixels;
      const grown = previous < 0 ? 0 : (lengths[previous] ?? 0) + 1;
      pixels += code === next ? grown : (lengths[code] ?? 0);
      if (previous >= 0 && next < lengths.length) {
        lengths[next] = grown;
        next += 1;
        if (next === 1 << width && width < 12) width += 1;
      }
      previous = code;
    }
  }
  return pixels;
}

/**
 * sharp leaves out a GIF's screen where that is of a size that it takes for a mistake: browsers do not.
 * @param {Task} task
 * @param {Sharp} picture
 * @param {Size} found
 */
function onScreen({ width, height, largest }, picture, found) {
  if (found.width === width && found.height === height) return picture.resize({ ...largest, fit: "fill" });
  const filled = {
    width: Math.max(1, Math.round((found.width * largest.width) / width)),
    height: Math.max(1, Math.round((found.height * largest.height) / height)),
  };
  return picture
    .ensureAlpha()
    .resize({ ...filled, fit: "fill" })
    .extend({
      right: largest.width - filled.width,
      bottom: largest.height - filled.height,
      background: { r: 0, g: 0, b: 0, alpha: 0 },
    });
}

/**
 * Mirrors, then turns, whatever the order of the calls. sharp's own way heeds notes that browsers do not.
 * @param {Sharp} picture
 * @param {Task["orientation"]} orientation
 */
function turned(picture, orientation) {
  const degrees = { 1: 0, 2: 0, 3: 180, 4: 0, 5: 270, 6: 90, 7: 90, 8: 270 }[orientation];
  return picture
    .flip(orientation === 4)
    .flop([2, 5, 7].includes(orientation))
    .rotate(degrees);
}

/** @param {Task} task */
async function openHeic(task) {
  const { file, maxPixels, maxMemoryBytes } = task;
  const { heif, setLimits } = await startLibheif();
  setLimits({ maxPixels, maxMemoryBytes });
  const images = new heif.HeifDecoder().decode(await readFile(file));
  const image = images.find((candidate) => candidate.is_primary());
  if (image === undefined) throw new Error("there is no picture in it");
  requireSame({ width: image.get_width(), height: image.get_height() }, wholeOf(task));
  return sized(task, pixelsOfHeic(heif, image));
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
