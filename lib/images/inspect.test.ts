import { readFile } from "node:fs/promises";
import fc from "fast-check";
import sharp, { type Sharp } from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { AppError } from "@/lib/errors";
import { coded, codedIn, extent, heifOf } from "@/lib/testing/corpus/heif";
import { readFacts } from "./facts";
import { maxSourceReads } from "./formats/byte-reader";
import { decodeHeic } from "./formats/decode-heic";
import { type ByteSource, type Inspection, inspect } from "./inspect";

const limits = { maxBytes: 50_000_000, maxPixels: 50_000_000 };

/** A source that notes what was read, and refuses what a file would refuse. */
function meteredSource(bytes: Uint8Array) {
  const meter = { reads: 0, bytesRead: 0 };
  const source: ByteSource = {
    bytes: bytes.length,
    async read(start, end) {
      if (start < 0 || end > bytes.length || start >= end)
        throw new Error(`read out of bounds: ${start}–${end}`);
      meter.reads += 1;
      meter.bytesRead += end - start;
      return bytes.slice(start, end);
    },
  };
  return { source, meter };
}

function inspectBytes(bytes: Uint8Array): Promise<Inspection> {
  return inspect(meteredSource(bytes).source, limits);
}

async function refusal(bytes: Uint8Array): Promise<string> {
  const outcome = await inspectBytes(bytes).catch((error: unknown) => error);
  if (!(outcome instanceof AppError)) throw new Error("expected a refusal", { cause: outcome });
  return outcome.code;
}

async function sentence(text: string | Uint8Array): Promise<string> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return inspectBytes(bytes).then(
    () => "accepted",
    (error: AppError) => error.message,
  );
}

/** Noise, so that compressed bytes look like those of a photograph. */
function photo(width = 120, height = 80, channels: 3 | 4 = 3) {
  const raw = Buffer.alloc(width * height * channels);
  for (let index = 0, seed = 1; index < raw.length; index += 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    raw[index] = seed >> 16;
  }
  return sharp(raw, { raw: { width, height, channels } });
}

function animation() {
  return sharp(Buffer.alloc(60 * 120 * 3, 200).fill(40, 0, 9000), {
    raw: { width: 60, height: 120, channels: 3, pageHeight: 40 },
  });
}

const dated = (offset: string | null) => ({
  IFD0: { Make: "Pail" },
  IFD2: { DateTimeOriginal: "2024:07:31 18:05:09", ...(offset && { OffsetTimeOriginal: offset }) },
});

const make: Record<string, () => Promise<Buffer>> = {
  "baseline JPEG": () => photo().jpeg().toBuffer(),
  "progressive JPEG": () => photo().jpeg({ progressive: true }).toBuffer(),
  "grey JPEG": () => photo().grayscale().jpeg().toBuffer(),
  "CMYK JPEG": () => photo().toColourspace("cmyk").jpeg().toBuffer(),
  PNG: () => photo().png().toBuffer(),
  "16-bit PNG": () => photo().toColourspace("rgb16").png().toBuffer(),
  "interlaced PNG with alpha": () => photo(120, 80, 4).png({ progressive: true }).toBuffer(),
  "palette PNG": () => photo().png({ palette: true }).toBuffer(),
  "lossy WebP": () => photo().webp().toBuffer(),
  "lossless WebP": () => photo().webp({ lossless: true }).toBuffer(),
  "WebP with alpha": () => photo(120, 80, 4).webp().toBuffer(),
  GIF: () => photo().gif().toBuffer(),
  AVIF: () => photo().avif({ effort: 0 }).toBuffer(),
};

const samples = new Map<string, Buffer>();

beforeAll(async () => {
  for (const [name, encode] of Object.entries(make)) samples.set(name, await encode());
});

function sample(name: string): Buffer {
  const bytes = samples.get(name);
  if (bytes === undefined) throw new Error(`no sample ${name}`);
  return bytes;
}

describe("what a picture is", () => {
  it.each(Object.keys(make))("reads a %s", async (name) => {
    const { width, height, type, orientation, capturedAt } = await inspectBytes(sample(name));
    expect({ width, height, orientation, capturedAt }).toEqual({
      width: 120,
      height: 80,
      orientation: 1,
      capturedAt: null,
    });
    expect(name.toUpperCase()).toContain(type.slice("image/".length).toUpperCase());
  });

  it.each(["gif", "webp"] as const)("reads an animated %s", async (format) => {
    const bytes = await animation().toFormat(format).toBuffer();
    expect(await inspectBytes(bytes)).toMatchObject({ type: `image/${format}`, width: 60, height: 40 });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("turns orientation %i upright as browsers do", async (orientation) => {
    const size = orientation < 5 ? { width: 120, height: 80 } : { width: 80, height: 120 };
    for (const format of ["jpeg", "png"] as const) {
      const bytes = await photo().withMetadata({ orientation }).toFormat(format).toBuffer();
      expect(await inspectBytes(bytes)).toMatchObject({ ...size, orientation });
    }
    const avif = await photo().withMetadata({ orientation }).avif({ effort: 0 }).toBuffer();
    expect(await inspectBytes(avif)).toMatchObject({ ...size, orientation });
    const webp = await photo().withMetadata({ orientation }).webp().toBuffer();
    expect(await inspectBytes(webp)).toMatchObject({ width: 120, height: 80, orientation: 1 });
  });

  it.each(["jpeg", "png", "webp", "avif"] as const)("reads when a %s was taken", async (format) => {
    const taken = async (offset: string | null) => {
      const bytes = await photo().withExif(dated(offset)).toFormat(format).toBuffer();
      const { capturedAt, capturedZoneMinutes } = await inspectBytes(bytes);
      return [capturedAt, capturedZoneMinutes];
    };
    // The clock as it was written: its zone is noted beside it.
    expect(await taken(null)).toEqual([Date.UTC(2024, 6, 31, 18, 5, 9), null]);
    expect(await taken("+02:00")).toEqual([Date.UTC(2024, 6, 31, 18, 5, 9), 120]);
    expect(await taken("nonsense")).toEqual([Date.UTC(2024, 6, 31, 18, 5, 9), null]);
  });

  it.each([
    "0000:00:00 00:00:00",
    "2024:13:31 18:05:09",
    "1066:10:14 09:00:00",
    "3024:01:01 00:00:00",
    "soon",
  ])("ignores the date %s", async (date) => {
    const bytes = await photo()
      .withExif({ IFD2: { DateTimeOriginal: date } })
      .jpeg()
      .toBuffer();
    expect(await inspectBytes(bytes)).toMatchObject({ width: 120, capturedAt: null });
  });

  const exposed = {
    IFD0: { Make: "Canon", Model: "Canon EOS R5" },
    IFD2: {
      ...{ LensMake: "Canon", LensModel: "RF24-70mm F2.8 L IS USM", ExposureTime: "1/250", FNumber: "28/10" },
      ...{ ISOSpeedRatings: "400", FocalLength: "50/1" },
    },
    IFD3: { GPSLatitudeRef: "N", GPSLatitude: "37/1 34/1 0/1" },
  };

  it.each(["jpeg", "png", "webp", "avif"] as const)("reads what a %s says of its camera", async (format) => {
    const { facts } = await inspectBytes(await photo().withExif(exposed).toFormat(format).toBuffer());
    expect(facts).toEqual({
      ...{ make: "Canon", model: "Canon EOS R5", lensMake: "Canon", lensModel: "RF24-70mm F2.8 L IS USM" },
      ...{ exposureSeconds: 1 / 250, fNumber: 2.8, iso: 400, focalLengthMm: 50 },
    });
  });

  it("keeps of a camera only what is fit to be shown", async () => {
    const bytes = await photo()
      .withExif({
        IFD0: { Make: "  ", Model: "A###B\u0007\nC " },
        IFD2: { LensModel: "x".repeat(5000), ExposureTime: "1/0", FNumber: "0/1", FocalLength: "0/0" },
      })
      .jpeg()
      .toBuffer();
    // One that turns the direction of what follows it; the encoder writes ASCII alone.
    bytes.write("\u202e", bytes.indexOf("###"));
    const { model, lensModel, ...others } = (await inspectBytes(bytes)).facts;
    expect([model, lensModel]).toEqual(["AB C", "x".repeat(100)]);
    expect(Object.values(others).filter((value) => value !== undefined)).toEqual([]);
  });

  it("takes no number for a text", async () => {
    const bytes = await photo()
      .withExif({ IFD0: { Model: "abc", Make: "Canon" } })
      .jpeg()
      .toBuffer();
    // Its four bytes of ASCII become one LONG.
    const fourAscii = Buffer.from([0x10, 0x01, 2, 0, 4, 0, 0, 0]);
    const oneLong = Buffer.from([0x10, 0x01, 4, 0, 1, 0, 0, 0]);
    bytes.set(oneLong, bytes.indexOf(fourAscii));
    expect((await inspectBytes(bytes)).facts).toEqual({ make: "Canon" });
  });

  it("survives any damage to the EXIF block of a JPEG", async () => {
    const bytes = await photo()
      .withExif({ IFD0: exposed.IFD0, IFD2: { ...exposed.IFD2, ...dated("+02:00").IFD2 } })
      .jpeg()
      .toBuffer();
    const start = bytes.indexOf("Exif\0\0") + 6;
    const length = bytes.readUInt16BE(start - 8) - 8;
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 24 }),
        fc.nat(length - 24),
        async (noise, at) => {
          const broken = Buffer.from(bytes);
          broken.set(noise, start + at);
          const { width, height, facts } = await inspectBytes(broken);
          expect(readFacts(JSON.parse(JSON.stringify(facts)))).toEqual(facts);
          expect([width, height].sort((a, b) => a - b)).toEqual([80, 120]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("does not mind what follows the end, as in motion photos", async () => {
    const film = Buffer.alloc(400_000, 7);
    for (const name of ["baseline JPEG", "progressive JPEG", "PNG", "GIF", "lossy WebP"]) {
      expect(await inspectBytes(Buffer.concat([sample(name), film]))).toMatchObject({
        width: 120,
        height: 80,
      });
    }
  });

  it("goes by content, whatever is claimed", async () => {
    expect((await inspectBytes(sample("PNG"))).type).toBe("image/png");
  });
});

describe("a phone's HEIC", () => {
  it("is turned upright once, though its EXIF says so too, and has the camera's time", async () => {
    const bytes = new Uint8Array(await readFile("e2e/photos/alpine-path-phone.heic"));
    const { source, meter } = meteredSource(bytes);
    expect(await inspect(source, limits)).toEqual({
      type: "image/heic",
      width: 1000,
      height: 750,
      orientation: 6,
      capturedAt: Date.UTC(2025, 6, 14, 9, 30),
      capturedMicroseconds: 0,
      capturedZoneMinutes: null,
      facts: { make: "Pail" },
      decoding: { edits: [], crop: null },
    });
    expect(meter.reads).toBeLessThanOrEqual(maxSourceReads);
  });

  it("is refused where anything is missing", async () => {
    const bytes = new Uint8Array(await readFile("e2e/photos/alpine-path-phone.heic"));
    for (const length of [40, 300, 2000, bytes.length - 1])
      expect(await refusal(bytes.slice(0, length))).toBe("damaged_image");
    expect(await sentence("\0\0\0\x18ftypheic\0\0\0\0mif1heic")).toContain("damaged");
  });

  it("is decoded upright, and to its own pixels", async () => {
    const { data, width, height } = await decodeHeic(await readFile("e2e/photos/alpine-path-phone.heic"));
    expect([width, height]).toEqual([1000, 750]);
    const raw = { width, height, channels: 4 } as const;
    const small = (picture: Sharp) => picture.resize(64, 48, { fit: "fill" }).removeAlpha().raw().toBuffer();
    const [decoded, wanted] = [
      await small(sharp(data, { raw })),
      await small(sharp("e2e/photos/alpine-path.jpg")),
    ];
    const difference = decoded.reduce((sum, value, index) => sum + Math.abs(value - (wanted[index] ?? 0)), 0);
    expect(difference / decoded.length).toBeLessThan(6);
  });

  it("that cannot be decoded is an error", async () => {
    const bytes = await readFile("e2e/photos/alpine-path-phone.heic");
    // Without it no decoder knows what the bytes mean.
    bytes.fill(0, bytes.indexOf("hvcC") + 4, bytes.indexOf("hvcC") + 90);
    const damaged = { code: "damaged_image" };
    await expect(decodeHeic(bytes)).rejects.toMatchObject(damaged);
    await expect(decodeHeic(Buffer.from("no picture"))).rejects.toMatchObject(damaged);
    const picture = codedIn(await readFile("e2e/photos/quadrants.heic"), "hvc1");
    const vast = coded(picture, extent({ width: 522, height: 6_359_552 }));
    await expect(decodeHeic(heifOf({ items: [vast] }))).rejects.toMatchObject(damaged);
  });
});

describe("what is refused", () => {
  it.each(Object.keys(make))("refuses a truncated %s", async (name) => {
    const whole = sample(name);
    for (let percent = 1; percent < 100; percent += 1) {
      const length = Math.floor((whole.length * percent) / 100);
      expect(await refusal(whole.subarray(0, length)), `${percent} %`).toMatch(
        length < 32 ? /damaged_image|unsupported_type/ : /damaged_image/,
      );
    }
    // Of JPEG and GIF the mark of the end may be missing, as browsers show them without: of no other, and nothing before it.
    const markBytes = name.includes("JPEG") ? 2 : name === "GIF" ? 1 : 0;
    for (let missing = 1; missing <= markBytes; missing += 1)
      expect(await inspectBytes(whole.subarray(0, -missing))).toMatchObject({ width: 120, height: 80 });
    expect(await refusal(whole.subarray(0, -markBytes - 1))).toBe("damaged_image");
  });

  it("refuses an empty file and one beyond the limit without reading it", async () => {
    expect(await refusal(new Uint8Array(0))).toBe("empty_file");
    const source = { bytes: limits.maxBytes + 1, read: () => Promise.reject(new Error("not to be read")) };
    await expect(inspect(source, limits)).rejects.toMatchObject({
      code: "too_large",
      message: expect.stringContaining("50 MB"),
    });
  });

  it("refuses more pixels than the limit, and sides of nothing", async () => {
    const claim = (width: number, height: number) => {
      const bytes = Buffer.from(sample("PNG"));
      bytes.writeUInt32BE(width, 16);
      bytes.writeUInt32BE(height, 20);
      return refusal(bytes);
    };
    expect(await claim(60_000, 60_000)).toBe("too_many_pixels");
    expect(await claim(70_000, 1)).toBe("side_too_long");
    expect(await claim(0, 10)).toBe("damaged_image");
  });

  it("says what the other things are", async () => {
    const svg = '<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"></svg>';
    expect(await sentence(svg)).toContain("SVG drawing, which can carry scripts");
    expect(await sentence(new Uint8Array(Buffer.from(`\ufeff${svg}`, "utf16le")))).toContain("SVG");
    expect(await sentence("  <!DOCTYPE html><title>x</title>")).toContain("web page");
    expect(await sentence("just words")).toContain("text file");
    expect(await sentence("%PDF-1.7\n")).toContain("PDF");
    expect(await sentence("\0\0\0\x18ftypmp42\0\0\0\0isommp42")).toContain("video");
    expect(await sentence("RIFF1234AVI LIST")).toContain("video");
    expect(await sentence("PK\x03\x04word/document.xml")).toContain("archive");
    expect(await sentence(await photo().tiff().toBuffer())).toContain("TIFF");
    expect(await sentence(new Uint8Array([1, 2, 3, 4]))).toContain("not a picture that Pail can read");
  });

  it.each(["JFIF", "\0\0\0\0ftyp", "\0\0\0\x08ftypavif", "RIFF", "GIF89a", "BM"])(
    "copes with only %j",
    async (text) => {
      expect(await refusal(new TextEncoder().encode(text))).toMatch(/unsupported_type|damaged_image/);
    },
  );
});

describe("hostile files", () => {
  async function expectBounded(bytes: Uint8Array): Promise<void> {
    const { source, meter } = meteredSource(bytes);
    const outcome = await inspect(source, limits).catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(AppError);
    expect(meter.reads).toBeLessThanOrEqual(maxSourceReads);
  }

  it("never throws anything but a refusal on random bytes", async () => {
    const beginnings = fc.constantFrom(
      "",
      "\xff\xd8\xff",
      "\x89PNG\r\n\x1a\n",
      "GIF89a",
      "RIFF\xff\0\0\0WEBPVP8X",
      "\0\0\0\x14ftypavif\0\0\0\0avif",
    );
    await fc.assert(
      fc.asyncProperty(beginnings, fc.uint8Array({ maxLength: 400 }), (beginning, rest) =>
        expectBounded(Buffer.concat([Buffer.from(beginning, "latin1"), rest])),
      ),
      { numRuns: 1000 },
    );
  });

  it("never throws anything but a refusal on changed and cut pictures", async () => {
    const changes = fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(255)), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        changes,
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        async (pick, edits, kept) => {
          const names = Object.keys(make);
          const bytes = Buffer.from(sample(names[pick % names.length] ?? "PNG"));
          // Most of what can go wrong sits in the headers.
          for (const [at, value] of edits) bytes[at % Math.min(bytes.length, 600)] = value;
          await expectBounded(bytes.subarray(0, Math.ceil(bytes.length * kept)));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("gives up on endless chains", async () => {
    const chain = (head: string, link: string, megabytes: number) =>
      Buffer.concat([Buffer.from(head, "latin1"), Buffer.alloc(megabytes * 1_000_000, link, "latin1")]);
    const hostile = [
      chain("\xff\xd8", "\xff\xe2\0\x02", 40),
      chain("\xff\xd8", "\xff", 40),
      chain(
        "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\0\0\0\0",
        "\0\0\0\0tEXt\0\0\0\0",
        40,
      ),
      chain("GIF89a\x01\0\x01\0\0\0\0", "\x21\xfe\0", 40),
      chain("\0\0\0\x14ftypavif\0\0\0\0avif", "\0\0\0\x08free", 40),
    ];
    for (const bytes of hostile) {
      await expectBounded(bytes);
      expect(await refusal(bytes)).toBe("damaged_image");
    }
  });

  it("reads little of a large photograph", async () => {
    const large = await photo(1600, 1200).jpeg({ quality: 95 }).toBuffer();
    const { source, meter } = meteredSource(large);
    await inspect(source, limits);
    expect(large.length).toBeGreaterThan(1_000_000);
    expect(meter).toEqual({ reads: 2, bytesRead: 128 * 1024 });
  });
});
