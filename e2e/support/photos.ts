import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp, { type Sharp } from "sharp";
import type { ImageType } from "@/lib/images/contract";

/** One file to upload, and what Pail should find out about it. */
export interface Photograph {
  path: string;
  name: string;
  type: ImageType;
  /** upright */
  width: number;
  height: number;
  bytes: number;
  /** hex */
  sha256: string;
  /** ms since the epoch, or null where the file does not say */
  capturedAt: number | null;
}

export interface PhotographOptions {
  /** Size of the JPEG files, 12 unless told; the other types stay smaller. */
  megapixels?: number;
  /** Another seed makes other pictures. */
  seed?: number;
}

type Format = "jpeg" | "png" | "webp" | "avif" | "gif";
type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** All that decides what a file is made of. */
interface Recipe {
  name: string;
  format: Format;
  source: string;
  /** in pixels of the source */
  crop: { left: number; top: number; width: number; height: number };
  /** upright */
  width: number;
  height: number;
  orientation: Orientation;
  capturedAt: number | null;
  /** null for a picture without noise */
  noiseSeed: number | null;
}

/** The folder of the real photographs that all others are made of. */
export const photographsFolder = fileURLToPath(new URL("../photos/", import.meta.url));

/** Changed whenever the recipes change: older cached files do not fit any more. */
const version = 2;
const newest = Date.UTC(2026, 5, 30, 18);
const spreadMs = 425 * 86_400_000;
const goldenRatio = 0.618_033_988_749_895;
const otherFormats: Record<number, Format> = { 4: "png", 8: "webp", 13: "avif", 17: "gif" };
const formatRound = 20;
const formats: Record<Format, { maxMegapixels: number; encoder: object }> = {
  jpeg: { maxMegapixels: 100, encoder: { quality: 88 } },
  png: { maxMegapixels: 1.5, encoder: { compressionLevel: 5 } },
  webp: { maxMegapixels: 3, encoder: { quality: 84, effort: 2 } },
  avif: { maxMegapixels: 2, encoder: { quality: 62, effort: 1 } },
  gif: { maxMegapixels: 0.4, encoder: { effort: 3 } },
};
const orientations: Orientation[] = [1, 6, 1, 3, 8, 1, 6, 2, 1, 5, 8, 1, 4, 6, 7];
const givenNames = ["Zürich Ufer 3", "日本の庭", "صورة", "Прогулка у реки", "Garten 🌻 (Sommer)"];
/** hours east of Greenwich */
const offsets = [2, 2, 1, 9, -7, 5.5, 0];

/**
 * Makes `count` distinct photographs of the size that phones make: mostly JPEG, with capture dates over 14 months and
 * EXIF orientations mixed in. The same options always give the same files, and a larger count only adds to them. They are
 * kept in the system's temporary folder: only the first run has to make them.
 */
export async function makePhotographs(
  count: number,
  { megapixels = 12, seed = 1 }: PhotographOptions = {},
): Promise<Photograph[]> {
  const sources = await readSources();
  const recipes = Array.from({ length: count }, (_, index) => makeRecipe(index, sources, megapixels, seed));
  return cookAll(recipes, await cacheFolder(`photographs-${megapixels}mp-${seed}`));
}

/** One photograph in all eight EXIF orientations, 1 to 8: upright they look the same. */
export async function orientationPhotographs(): Promise<Photograph[]> {
  const recipes = ([1, 2, 3, 4, 5, 6, 7, 8] as const).map(
    (orientation): Recipe => ({
      name: `Orientation ${orientation}.jpg`,
      format: "jpeg",
      source: "alpine-path.jpg",
      crop: { left: 0, top: 0, width: 1600, height: 1200 },
      width: 4000,
      height: 3000,
      orientation,
      capturedAt: newest - orientation * 60_000,
      noiseSeed: null,
    }),
  );
  return cookAll(recipes, await cacheFolder("orientations"));
}

/** A folder under the system's temporary folder that outlives the run. */
export async function cacheFolder(name: string): Promise<string> {
  const folder = join(tmpdir(), `pail-v${version}-${name}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

type Source = Pick<Photograph, "name" | "width" | "height">;

async function readSources(): Promise<Source[]> {
  const names = (await readdir(photographsFolder)).filter((name) => name.endsWith(".jpg")).sort();
  return Promise.all(
    names.map(async (name) => ({ ...(await sharp(join(photographsFolder, name)).metadata()), name })),
  );
}

function makeRecipe(index: number, sources: Source[], megapixels: number, seed: number): Recipe {
  const random = makeRandom(seed * 1_000_003 + index);
  const format = otherFormats[index % formatRound] ?? "jpeg";
  const source = pick(sources, index + seed - 1);
  const part = 0.7 + 0.3 * random();
  const [cropWidth, cropHeight] = [Math.floor(source.width * part), Math.floor(source.height * part)];
  const pixels = Math.min(megapixels, formats[format].maxMegapixels) * 1e6;
  const width = Math.round(Math.sqrt((pixels * cropWidth) / cropHeight));
  const isDated = format !== "png" && format !== "gif" && index % 11 !== 10;
  const age = ((index * goldenRatio + seed * 0.1) % 1) * spreadMs;
  return {
    name: makeName(index, format),
    format,
    source: source.name,
    crop: {
      left: Math.floor((source.width - cropWidth) * random()),
      top: Math.floor((source.height - cropHeight) * random()),
      width: cropWidth,
      height: cropHeight,
    },
    width,
    height: Math.round(pixels / width),
    orientation: format === "jpeg" ? pick(orientations, index) : 1,
    capturedAt: isDated ? Math.floor((newest - age) / 1000) * 1000 : null,
    noiseSeed: Math.floor(random() * 2 ** 32),
  };
}

function makeName(index: number, format: Format): string {
  const extension = format === "jpeg" ? "jpg" : format;
  if (index % 5 !== 1) return `IMG_${String(42 + index).padStart(4, "0")}.${extension}`;
  const turn = (index - 1) / 5;
  const round = Math.floor(turn / givenNames.length);
  return `${pick(givenNames, turn)}${round === 0 ? "" : ` (${round + 1})`}.${extension}`;
}

/** Two at a time: each takes about 200 MB of memory at 12 megapixels. */
async function cookAll(recipes: Recipe[], folder: string): Promise<Photograph[]> {
  const photographs: Photograph[] = [];
  const queue = recipes.entries();
  const work = async () => {
    for (const [index, recipe] of queue) photographs[index] = await cook(recipe, folder);
  };
  await Promise.all([work(), work()]);
  return photographs;
}

async function cook(recipe: Recipe, folder: string): Promise<Photograph> {
  const { name, format, width, height, capturedAt } = recipe;
  const path = join(folder, name);
  const bytes = await readFile(path).catch(async () => {
    const made = await encode(recipe);
    const aside = join(folder, `.${randomUUID()}`);
    await writeFile(aside, made);
    await rename(aside, path);
    return made;
  });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { path, name, type: `image/${format}`, width, height, bytes: bytes.length, sha256, capturedAt };
}

async function encode(recipe: Recipe): Promise<Buffer> {
  const { format, orientation, noiseSeed, capturedAt } = recipe;
  const upright = sharp(join(photographsFolder, recipe.source))
    .extract(recipe.crop)
    .resize(recipe.width, recipe.height, { fit: "fill" });
  const { data, info } = await unturn(upright, orientation).raw().toBuffer({ resolveWithObject: true });
  if (noiseSeed !== null) addNoise(data, info.width, makeRandom(noiseSeed));

  const picture = sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } });
  if (capturedAt !== null) picture.withExif(exifDate(capturedAt));
  if (orientation !== 1 || capturedAt !== null) picture.withMetadata({ orientation });
  return picture.toFormat(format, formats[format].encoder).toBuffer();
}

/** Turns upright pixels into those that a file of this orientation stores. It mirrors first, then rotates. */
function unturn(picture: Sharp, orientation: Orientation): Sharp {
  return picture
    .flip(orientation === 4 || orientation === 5)
    .flop(orientation === 2 || orientation === 7)
    .rotate({ 1: 0, 2: 0, 3: 180, 4: 0, 5: 90, 6: 270, 7: 90, 8: 90 }[orientation]);
}

function exifDate(time: number) {
  const offset = pick(offsets, time / 1000);
  const wallClock = new Date(time + offset * 3_600_000).toISOString();
  const zone = new Date(Math.abs(offset) * 3_600_000).toISOString().slice(11, 16);
  return {
    IFD2: {
      DateTimeOriginal: wallClock.slice(0, 19).replaceAll("-", ":").replace("T", " "),
      OffsetTimeOriginal: `${offset < 0 ? "-" : "+"}${zone}`,
    },
  };
}

/** Bell-shaped brightness noise, made once; each row of a picture begins elsewhere in it. */
const grain = makeRandom(1);
const noise = Int8Array.from({ length: 1 << 18 }, () => (grain() + grain() + grain() + grain() - 2) * 8.5);

function addNoise(pixels: Buffer, width: number, random: () => number): void {
  const clamped = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length);
  const rowLength = width * 3;
  for (let row = 0; row < clamped.length; row += rowLength) {
    const start = Math.floor(random() * noise.length);
    for (let x = 0; x < width; x += 1) {
      const brighter = noise[(start + x) % noise.length] as number;
      const at = row + x * 3;
      for (let channel = at; channel < at + 3; channel += 1) {
        clamped[channel] = (clamped[channel] as number) + brighter;
      }
    }
  }
}

/** A small seeded generator (mulberry32): the same seed gives the same numbers from 0 to 1. */
function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}
