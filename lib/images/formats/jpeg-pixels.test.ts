import sharp, { type JpegOptions } from "sharp";
import { describe, expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { join, uint16 } from "@/lib/testing/corpus/bytes";
import { segment } from "@/lib/testing/corpus/jpeg";
import { makeRandom } from "@/lib/testing/corpus/mutate";
import { ByteReader } from "./byte-reader";
import { findEndOfPixels } from "./jpeg-pixels";

/** null also for what is refused at once. */
async function endOf(file: Buffer): Promise<number | null> {
  const read = async (start: number, end: number) => new Uint8Array(file.subarray(start, end));
  try {
    return await findEndOfPixels(new ByteReader({ bytes: file.length, read }));
  } catch (error) {
    if (error instanceof AppError || error instanceof RangeError) return null;
    throw error;
  }
}

const random = makeRandom(1);
function noise(width: number, height: number) {
  const raw = Buffer.from(Array.from({ length: width * height * 3 }, () => Math.floor(random() * 256)));
  return sharp(raw, { raw: { width, height, channels: 3 } });
}
const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "teal" } });

const encodings = {
  baseline: {},
  "baseline, all colours": { chromaSubsampling: "4:4:4" },
  progressive: { progressive: true },
  "progressive, all colours": { progressive: true, chromaSubsampling: "4:4:4" },
  "progressive, best": { progressive: true, quality: 100 },
  "progressive, worst": { progressive: true, quality: 5 },
  mozjpeg: { mozjpeg: true },
} satisfies Record<string, JpegOptions>;

describe.each(Object.entries(encodings))("%s", (_, options) => {
  test.each([
    [1, 1],
    [8, 8],
    [61, 47],
    [200, 3],
    [131, 140],
  ])("%i x %i", async (width, height) => {
    const pictures = [noise(width, height), flat(width, height)];
    const kinds = pictures.flatMap((picture) => [
      picture.clone(),
      picture.clone().grayscale(),
      picture.clone().toColourspace("cmyk"),
    ]);
    for (const kind of kinds) {
      const file = await kind.jpeg(options).toBuffer();
      const end = file.length - 2;
      expect(await endOf(file)).toBe(end);
      expect(await endOf(file.subarray(0, end))).toBe(end);
      expect(await endOf(join(file.subarray(0, end), "what phones put behind a picture"))).toBe(end);
      for (const missing of [1, 2, 5, 40]) expect(await endOf(file.subarray(0, end - missing))).toBeNull();
    }
  });
});

describe("with a restart after each block", () => {
  const table = (place: number) => [place, 1, ...Array(15).fill(0), 0];
  const block = [0x3f];
  const head = join(
    [0xff, 0xd8],
    segment(0xdb, join([0], Array(64).fill(1))),
    segment(0xc0, join([8], uint16(8), uint16(32), [1, 1, 0x11, 0])),
    segment(0xc4, join(table(0x00), table(0x10))),
    segment(0xdd, Buffer.from(uint16(1))),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
  );
  const file = (...restarts: number[]) =>
    join(head, block, ...restarts.flatMap((restart) => [[0xff, 0xd0 + restart], block]));

  test("the pixels end behind the last one", async () => {
    const whole = file(0, 1, 2);
    const { info } = await sharp(join(whole, [0xff, 0xd9]), { failOn: "warning" })
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([32, 8]);
    expect(await endOf(whole)).toBe(whole.length);
    expect(await endOf(join(whole, [0xff, 0xd9]))).toBe(whole.length);
  });

  test("one that is missing is missed", async () => {
    expect(await endOf(file(0, 1))).toBeNull();
    expect(await endOf(file(0, 2, 3))).toBeNull();
    expect(await endOf(file(0, 1, 2).subarray(0, -1))).toBeNull();
  });
});

test("a small file that claims much is refused without much ado", async () => {
  const file = await flat(64, 64).jpeg({ progressive: true }).toBuffer();
  const vast = Buffer.from(file.subarray(0, -2));
  vast.set([...uint16(65_500), ...uint16(65_500)], vast.indexOf(Buffer.from([0xff, 0xc2])) + 5);
  const before = process.cpuUsage();
  expect(await endOf(vast)).toBeNull();
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
});
