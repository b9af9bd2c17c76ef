import sharp from "sharp";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { AppError } from "@/lib/errors";
import { makeCorpus } from "@/lib/testing/corpus/corpus";
import { makeRandom, mutate } from "@/lib/testing/corpus/mutate";
import type { CorpusFile } from "@/lib/testing/corpus/quadrants";
import { isLong } from "@/lib/testing/long";
import { maxSourceReads } from "./formats/byte-reader";
import type { Decoding, Size } from "./formats/header";
import { formatOf } from "./formats/table";
import { type Inspection, inspect } from "./inspect";

// Each file follows from its format and its seed. FUZZ_SEED=123 tries the one of that number, which a failure names, of each.
const one = process.env.FUZZ_SEED;
const seeds = one === undefined ? Array.from({ length: isLong ? 20_000 : 1000 }, (_, n) => n) : [Number(one)];
const extensions = ["jpg", "png", "gif", "webp", "avif", "heic"];
const limits = { maxBytes: 50_000_000, maxPixels: 4_000_000 };
/** What the decoders may give: more than was inspected shows. */
const limitInputPixels = 100_000_000;
const maxInspectionCpuMs = 1500;
const maxFileBytes = 100_000;

let files: Map<string, CorpusFile[]>;
beforeAll(async () => {
  const small = (await makeCorpus()).filter(({ bytes }) => bytes.length <= maxFileBytes);
  files = Map.groupBy(small, ({ name }) => name.slice(name.lastIndexOf(".") + 1));
  expect([...files.keys()].sort()).toEqual(extensions.toSorted());
  // libheif tells of each file what is wrong with it.
  for (const method of ["log", "warn", "error"] as const) vi.spyOn(console, method).mockReturnValue();
});
afterAll(() => {
  vi.restoreAllMocks();
});

test.each(extensions)(
  `what is taken of ${seeds.length} changed files is as large as decoders find it: %s`,
  async (extension) => {
    const counts = { refused: 0, undecodable: 0, alike: 0 };
    for (const seed of seeds) {
      try {
        counts[await outcomeOf(extension, seed)] += 1;
      } catch (error) {
        throw new Error(`FUZZ_SEED=${seed}`, { cause: error });
      }
    }
    // Else it would be a fuzz of the first few bytes only.
    if (one === undefined) expect(counts.alike).toBeGreaterThan(seeds.length / 10);
  },
  3_600_000,
);

async function outcomeOf(extension: string, seed: number) {
  const bytes = fileOf(files.get(extension) ?? [], seed);
  const inspection = await inspectBounded(bytes);
  if (inspection === null) return "refused";
  const decoded = await decodedSize(bytes, inspection);
  if (decoded === null) return "undecodable";
  const stored = storedSize(inspection);
  if (inspection.type === "image/gif" && isScreenLeftOut(bytes)) {
    expect(decoded.width).toBeLessThanOrEqual(stored.width);
    expect(decoded.height).toBeLessThanOrEqual(stored.height);
  } else expect(decoded).toEqual(stored);
  return "alike";
}

/** sharp's decoder takes these for mistakes; what makes variants puts the screen back. */
function isScreenLeftOut(gif: Buffer): boolean {
  const [width, height] = [gif.readUInt16LE(6), gif.readUInt16LE(8)];
  const common = ["640x480", "640x512", "800x600", "1024x768", "1280x1024", "1600x1200"];
  return common.includes(`${width}x${height}`) || [width, height].some((side) => side === 0 || side > 2048);
}

function fileOf(alike: readonly CorpusFile[], seed: number): Buffer {
  const random = makeRandom(seed);
  const pick = (): CorpusFile => alike[Math.floor(random() * alike.length)] as CorpusFile;
  return mutate(pick().bytes, pick().bytes, random);
}

/** null where it is refused. */
async function inspectBounded(bytes: Buffer): Promise<Inspection | null> {
  let reads = 0;
  const read = async (start: number, end: number) => {
    if (start < 0 || end > bytes.length || start >= end) throw new Error(`out of bounds: ${start}–${end}`);
    reads += 1;
    return new Uint8Array(bytes.subarray(start, end));
  };
  const before = process.cpuUsage();
  const outcome = await inspect({ bytes: bytes.length, read }, limits).catch((error: unknown) => error);
  const { user } = process.cpuUsage(before);
  expect(user / 1000).toBeLessThan(maxInspectionCpuMs);
  expect(reads).toBeLessThanOrEqual(maxSourceReads);
  if (outcome instanceof AppError) return null;
  if (outcome instanceof Error) throw outcome;
  return outcome as Inspection;
}

/** As a decoder gives it: what it does not turn, lies. */
function storedSize({ type, orientation, decoding, width, height }: Inspection): Size {
  const whole = decoding.crop?.whole ?? { width, height };
  return formatOf(type).turnedBy === "exif" && orientation > 4
    ? { width: whole.height, height: whole.width }
    : { width: whole.width, height: whole.height };
}

/** null where it cannot be decoded. */
async function decodedSize(bytes: Buffer, { type, decoding }: Inspection): Promise<Size | null> {
  const edited = withEdits(bytes, decoding.edits);
  try {
    if (formatOf(type).decode !== null) return await heicSize(edited);
    const failOn = type === "image/png" ? "warning" : "truncated";
    const { info } = await sharp(edited, { failOn, limitInputPixels })
      .timeout({ seconds: 30 })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height };
  } catch {
    return null;
  }
}

function withEdits(bytes: Buffer, edits: Decoding["edits"]): Buffer {
  let edited = bytes;
  for (const { at, bytes: put } of edits)
    edited = Buffer.concat([edited.subarray(0, at), put, edited.subarray(at + put.length)]);
  return edited;
}

/** What made the decoder stumble once may make it fall with the next file. */
async function heicSize(bytes: Buffer): Promise<Size> {
  const { decodeHeic } = await import("./formats/decode-heic");
  try {
    const { width, height } = await decodeHeic(bytes);
    return { width, height };
  } catch (error) {
    if ((error as AppError).cause instanceof WebAssembly.RuntimeError) vi.resetModules();
    throw error;
  }
}
