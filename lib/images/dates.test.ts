import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import {
  avifWith,
  compressedText,
  exifBlock,
  gifWithXmp,
  heicWith,
  internationalText,
  iptcOf,
  jpegWithBoth,
  jpegWithExif,
  jpegWithIptc,
  jpegWithXmp,
  pixelsOf,
  pngChunk,
  pngWith,
  rawProfile,
  webpWith,
  xmpOf,
} from "@/lib/testing/dated-pictures";
import { readClockTime } from "./clock-time";
import { type Inspection, inspect } from "./inspect";

const limits = { maxBytes: 50_000_000, maxPixels: 50_000_000 };

async function inspectBytes(bytes: Uint8Array): Promise<Inspection> {
  const read = async (start: number, end: number) => bytes.slice(start, end);
  return await inspect({ bytes: bytes.length, read }, limits);
}

/** The clock as it was written, its zone in minutes where there is one: "2024-07-01T00:30:00 +120". */
function shown({ capturedAt, capturedZoneMinutes, capturedMicroseconds }: Inspection): string | null {
  if (capturedAt === null) return null;
  const clock = new Date(capturedAt).toISOString().replace(/\.000Z$|Z$/, "");
  const micros = capturedMicroseconds === 0 ? "" : String(capturedMicroseconds).padStart(3, "0");
  const zone =
    capturedZoneMinutes === null ? "" : ` ${capturedZoneMinutes < 0 ? "" : "+"}${capturedZoneMinutes}`;
  return clock + micros + zone;
}

const dateOf = async (bytes: Uint8Array) => shown(await inspectBytes(bytes));

test.each([
  ["offset-midnight.jpg", "2024-07-01T00:30:00 +120"],
  ["order-phone-1400.jpg", "2023-05-10T14:00:00 +120"],
  ["order-camera-1300.jpg", "2023-05-10T13:00:00"],
  ["date-createdate-only.jpg", "2015-03-04T05:06:07"],
  ["date-modifydate-only.jpg", "2014-03-04T05:06:07"],
  ["date-in-ifd0.jpg", "2006-05-04T03:02:02"],
  ["date-xmp-only.jpg", "2013-03-04T05:06:07"],
  ["date-dash.jpg", "2006-05-04T03:02:08"],
  ["date-dash-T.jpg", "2006-05-04T03:02:10"],
  ["date-feb30.jpg", null],
  ["png-im-date.png", "2009-02-03T04:05:06"],
  ["ios-screenshot-xmp.png", "2021-02-03T04:05:06"],
])("%s was taken at %s", async (file, taken) => {
  expect(await dateOf(await readFile(`e2e/photos/dates/${file}`))).toBe(taken);
});

const spellings: [written: string, meant: string | null][] = [
  ["2006:05:04 03:02:08", "2006-05-04T03:02:08"],
  ["2006-05-04 03:02:08", "2006-05-04T03:02:08"],
  ["2006/05/04 03:02:08", "2006-05-04T03:02:08"],
  ["2006.05.04 03:02:08", "2006-05-04T03:02:08"],
  ["2006-05-04T03:02:08", "2006-05-04T03:02:08"],
  ["2006:05:04T03:02:08", "2006-05-04T03:02:08"],
  ["2006:05:04  03:02:08", "2006-05-04T03:02:08"],
  ["2006:05:04 03:02", "2006-05-04T03:02:00"],
  ["2006-05-04T03:02", "2006-05-04T03:02:00"],
  ["2006/5/4 3:02", "2006-05-04T03:02:00"],
  ["2006: 5: 4  3: 2: 8", "2006-05-04T03:02:08"],
  ["20060504T030208", "2006-05-04T03:02:08"],
  ["20060504 030208", "2006-05-04T03:02:08"],
  ["2006:05:04 03:02:08.25", "2006-05-04T03:02:08.250"],
  ["2006-05-04T03:02:08,123456", "2006-05-04T03:02:08.123456"],
  ["2006:05:04 03:02:08+09:00", "2006-05-04T03:02:08 +540"],
  ["2006-05-04T03:02:08-03:30", "2006-05-04T03:02:08 -210"],
  ["2006-05-04T03:02:08.5+0545", "2006-05-04T03:02:08.500 +345"],
  ["2006-05-04T03:02:08-00:00", "2006-05-04T03:02:08 +0"],
  ["2006-05-04T03:02:08Z", "2006-05-04T03:02:08 +0"],
  ["2006-05-04T03:02-08:00", "2006-05-04T03:02:00 -480"],
  ["2006:05:04 03:02:08 +02", "2006-05-04T03:02:08 +120"],
  ["2006:05:04 03:02:08 UTC", "2006-05-04T03:02:08 +0"],
  ["2006:05:04 11:02:08 PM", "2006-05-04T23:02:08"],
  ["2006:05:04 12:02:08 am", "2006-05-04T00:02:08"],
  ["2006:05:04", "2006-05-04T00:00:00"],
  ["2006-05-04", "2006-05-04T00:00:00"],
  ["2006:05:04   :  :  ", "2006-05-04T00:00:00"],
  ["2008:02:29 23:59:59", "2008-02-29T23:59:59"],
  ["1826:06:01 12:00:00", "1826-06-01T12:00:00"],
  // What cannot be.
  ["2021:02:30 07:08:09", null],
  ["2021:02:29 07:08:09", null],
  ["1900:02:29 07:08:09", null],
  ["2021:04:31 07:08:09", null],
  ["2021:13:01 07:08:09", null],
  ["2021:00:01 07:08:09", null],
  ["2021:01:00 07:08:09", null],
  ["2021:01:01 24:00:00", null],
  ["2021:01:01 25:00:00", null],
  ["2021:01:01 07:60:09", null],
  ["2021:01:01 07:08:60", null],
  ["2021:01:01 99:99:99", null],
  ["0000:00:00 00:00:00", null],
  ["    :  :     :  :  ", null],
  ["1825:12:31 23:59:59", null],
  ["0001:01:01 12:00:00", null],
  ["0099:12:31 23:59:59", null],
  ["3024:01:01 00:00:00", null],
  ["04/05/2006 03:02:08", null],
  ["20211301", null],
  ["12345678901234", null],
  ["soon", null],
  ["", null],
];

describe("a date in EXIF", () => {
  test.each(spellings)("is read where it is spelled %j", async (written, meant) => {
    expect(await dateOf(jpegWithExif(exifBlock({ exif: { dateTimeOriginal: written } })))).toBe(meant);
  });

  const date = "2006:05:04 03:02:08";
  const names = ["dateTimeOriginal", "dateTimeDigitized", "dateTime"] as const;
  test.each(
    (["main", "exif", "second", "sub"] as const).flatMap((directory) =>
      names.flatMap((name) => (["II", "MM"] as const).map((order) => [name, directory, order] as const)),
    ),
  )("%s is read in the %s directory (%s)", async (name, directory, order) => {
    const block = exifBlock({ [directory]: { [name]: date } }, order);
    expect(await dateOf(jpegWithExif(block))).toBe("2006-05-04T03:02:08");
    expect(await dateOf(pngWith("before", "eXIf", block))).toBe("2006-05-04T03:02:08");
    expect(await dateOf(pngWith("after", "eXIf", block))).toBe("2006-05-04T03:02:08");
    expect(await dateOf(await webpWith("EXIF", block))).toBe("2006-05-04T03:02:08");
    for (const isInMeta of [true, false])
      expect(await dateOf(heicWith({ type: "Exif", content: block, isInMeta }))).toBe("2006-05-04T03:02:08");
  });

  test.each([
    ["dateTimeOriginal", "subSecTimeOriginal", "offsetTimeOriginal"],
    ["dateTimeDigitized", "subSecTimeDigitized", "offsetTimeDigitized"],
    ["dateTime", "subSecTime", "offsetTime"],
  ] as const)("%s has its own fraction and its own zone", async (name, fraction, zone) => {
    const noted = async (texts: Record<string, string>) =>
      dateOf(jpegWithExif(exifBlock({ exif: { [name]: date, ...texts } })));
    expect(await noted({ [fraction]: "5", [zone]: "+02:00" })).toBe("2006-05-04T03:02:08.500 +120");
    expect(await noted({ [fraction]: "047", [zone]: "-09:30" })).toBe("2006-05-04T03:02:08.047 -570");
    expect(await noted({ [fraction]: "123456789", [zone]: "Z" })).toBe("2006-05-04T03:02:08.123456 +0");
    expect(await noted({ [fraction]: "  ", [zone]: "   :  " })).toBe("2006-05-04T03:02:08");
    expect(await noted({ [zone]: "+99:00" })).toBe("2006-05-04T03:02:08");
    expect(await noted({ [zone]: "nonsense" })).toBe("2006-05-04T03:02:08");
  });

  test("is of when the picture was taken, before when it was digitized or changed", async () => {
    const taken = { dateTimeOriginal: "2001:01:01 01:01:01" };
    const digitized = { dateTimeDigitized: "2002:02:02 02:02:02" };
    const changed = { dateTime: "2003:03:03 03:03:03" };
    const read = async (main: object, exif: object) => dateOf(jpegWithExif(exifBlock({ main, exif })));
    expect(await read(changed, { ...digitized, ...taken })).toBe("2001-01-01T01:01:01");
    expect(await read(changed, digitized)).toBe("2002-02-02T02:02:02");
    expect(await read({ ...changed, ...taken }, digitized)).toBe("2001-01-01T01:01:01");
    expect(await read(changed, {})).toBe("2003-03-03T03:03:03");
    expect(await read(changed, { dateTimeOriginal: "0000:00:00 00:00:00", ...digitized })).toBe(
      "2002-02-02T02:02:02",
    );
  });

  test("is not given the zone of another date, but for one of the same second", async () => {
    const exif = { dateTimeOriginal: "2001:01:01 01:01:01" };
    const read = async (main: object) => dateOf(jpegWithExif(exifBlock({ main, exif })));
    expect(await read({ dateTime: "2003:03:03 03:03:03", offsetTime: "+09:00" })).toBe("2001-01-01T01:01:01");
    expect(await read({ dateTime: "2001:01:01 01:01:01", offsetTime: "+09:00" })).toBe(
      "2001-01-01T01:01:01 +540",
    );
    expect(await read({ offsetTime: "+09:00" })).toBe("2001-01-01T01:01:01 +540");
  });
});

describe("a date in XMP", () => {
  const names = [
    "exif:DateTimeOriginal",
    "exif:DateTimeDigitized",
    "photoshop:DateCreated",
    "xmp:CreateDate",
    "xap:CreateDate",
    "xmp:ModifyDate",
    "tiff:DateTime",
  ];
  const ways: [way: (name: string) => string, meant: string | null][] = [
    [(name) => `<${name}>2013-03-04T05:06:07.5+09:00</${name}>`, "2013-03-04T05:06:07.500 +540"],
    [(name) => `\n  <${name}>\n2013-03-04T05:06:07\n</${name}>`, "2013-03-04T05:06:07"],
    [(name) => `<${name} xml:lang="x-default">2013-03-04T05:06:07</${name}>`, "2013-03-04T05:06:07"],
    [(name) => ` ${name}="2013-03-04T05:06Z"`, "2013-03-04T05:06:00 +0"],
    [(name) => `\n ${name} = '2013-03-04'`, "2013-03-04T00:00:00"],
    [(name) => `<${name}>2013-03</${name}>`, "2013-03-01T00:00:00"],
    [(name) => `<${name}>2013</${name}>`, "2013-01-01T00:00:00"],
    [(name) => `<${name}>2013-02-30T05:06:07</${name}>`, null],
    [(name) => `<${name}>2013-00-00</${name}>`, null],
    [(name) => `<${name}/>`, null],
  ];
  test.each(names.flatMap((name) => ways.map(([way, meant]) => ({ written: way(name), meant }))))(
    "written as $written is $meant",
    async ({ written, meant }) => {
      const xmp = written.trim().startsWith("<") ? xmpOf(written) : xmpOf("", written);
      expect(await dateOf(jpegWithXmp(xmp))).toBe(meant);
    },
  );

  const xmp = xmpOf("", ' exif:DateTimeOriginal="2013-03-04T05:06:07"');
  const keyword = "XML:com.adobe.xmp";
  test.each<[string, () => Buffer | Promise<Buffer>]>([
    ["a JPEG", () => jpegWithXmp(xmp)],
    ["a PNG, before its pixels", () => pngWith("before", "iTXt", internationalText(keyword, xmp, false))],
    ["a PNG, compressed", () => pngWith("before", "iTXt", internationalText(keyword, xmp, true))],
    ["a PNG, after its pixels", () => pngWith("after", "iTXt", internationalText(keyword, xmp, true))],
    [
      "a PNG by ImageMagick",
      () => pngWith("before", "tEXt", `Raw profile type xmp\0${rawProfile("xmp", Buffer.from(xmp))}`),
    ],
    ["a WebP", () => webpWith("XMP ", xmp)],
    ["a WebP whose flags do not say so", () => webpWith("XMP ", xmp, false)],
    ["a GIF", () => gifWithXmp(xmp)],
    ["a large GIF, after its pixels", () => gifWithXmp(xmp, 300_000)],
    ["an AVIF", () => avifWith({ xmp })],
    ["a HEIC", () => heicWith({ type: "mime", content: Buffer.from(xmp), isInMeta: false })],
    ["a HEIC, in its headers", () => heicWith({ type: "mime", content: Buffer.from(xmp), isInMeta: true })],
  ])("of %s is read", async (_, make) => {
    expect(await dateOf(await make())).toBe("2013-03-04T05:06:07");
  });

  test("that was taken goes before an EXIF date of a change, and after EXIF's of the same", async () => {
    expect(await dateOf(jpegWithBoth(exifBlock({ main: { dateTime: "2020:01:01 00:00:00" } }), xmp))).toBe(
      "2013-03-04T05:06:07",
    );
    const exif = { dateTimeOriginal: "2012:01:01 00:00:00" };
    expect(await dateOf(jpegWithBoth(exifBlock({ exif }), xmp))).toBe("2012-01-01T00:00:00");
  });

  test("gives EXIF's date its zone where both are of the same second", async () => {
    const zoned = xmpOf("", ' photoshop:DateCreated="2013-03-04T05:06:07.20+09:00"');
    const exif = { dateTimeOriginal: "2013:03:04 05:06:07", subSecTimeOriginal: "21" };
    expect(await dateOf(jpegWithBoth(exifBlock({ exif }), zoned))).toBe("2013-03-04T05:06:07.210 +540");
  });

  test("takes no long time, whatever the packet", async () => {
    const parts = [
      ":DateTime",
      ":DateTime ",
      ':CreateDate="',
      ":CreateDate>",
      ":ModifyDate  =  ",
      ":DateTime\n\n\n",
    ];
    const packets = parts.map((part) => jpegWithXmp(part.repeat(Math.floor(65_000 / part.length))));
    const began = performance.now();
    for (const packet of packets) expect(await dateOf(packet)).toBe(null);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe("a date in IPTC", () => {
  test.each<[[number, string][], string | null]>([
    [
      [
        [55, "20130304"],
        [60, "050607+0900"],
      ],
      "2013-03-04T05:06:07 +540",
    ],
    [
      [
        [55, "20130304"],
        [60, "050607"],
      ],
      "2013-03-04T05:06:07",
    ],
    [
      [
        [5, "A title"],
        [60, "050607-0330"],
        [55, "20130304"],
      ],
      "2013-03-04T05:06:07 -210",
    ],
    [[[55, "20130304"]], "2013-03-04T00:00:00"],
    [
      [
        [62, "20130304"],
        [63, "050607+0000"],
      ],
      "2013-03-04T05:06:07 +0",
    ],
    [
      [
        [55, "2013:03:04"],
        [60, "05:06:07"],
      ],
      "2013-03-04T05:06:07",
    ],
    [
      [
        [55, "20130000"],
        [60, "050607"],
      ],
      null,
    ],
    [[[60, "050607"]], null],
  ])("%j is %s", async (records, meant) => {
    expect(await dateOf(jpegWithIptc(records))).toBe(meant);
    const profile = rawProfile("iptc", iptcOf(records));
    expect(await dateOf(pngWith("before", "tEXt", `Raw profile type iptc\0${profile}`))).toBe(meant);
  });
});

describe("a date in a PNG", () => {
  const time = Buffer.from([0x07, 0xd9, 2, 3, 4, 5, 6]);

  test.each<[string, string | null]>([
    ["2009-02-03T04:05:06+02:00", "2009-02-03T04:05:06 +120"],
    ["2009:02:03 04:05:06", "2009-02-03T04:05:06"],
    ["Tue, 03 Feb 2009 04:05:06 +0900", "2009-02-03T04:05:06 +540"],
    ["Tue, 3 Feb 2009 04:05:06 GMT", "2009-02-03T04:05:06 +0"],
    ["3 February 2009 04:05", "2009-02-03T04:05:00"],
    ["Tue Feb  3 04:05:06 2009", "2009-02-03T04:05:06"],
    ["Tue 03 Feb 2009 04:05:06 PM CET", "2009-02-03T16:05:06"],
    ["Tue, 30 Feb 2009 04:05:06 +0900", null],
    ["Tue, 03 Foo 2009 04:05:06", null],
  ])("with a Creation Time of %s is %s", async (written, meant) => {
    for (const place of ["before", "after"] as const) {
      const text = `Creation Time\0${written}`;
      expect(await dateOf(pngWith(place, "tEXt", text))).toBe(meant);
      expect(await dateOf(pngWith(place, "zTXt", compressedText("Creation Time", written)))).toBe(meant);
      for (const isCompressed of [true, false]) {
        const international = internationalText("Creation Time", written, isCompressed);
        expect(await dateOf(pngWith(place, "iTXt", international))).toBe(meant);
      }
    }
  });

  test("is of when it was changed, in UTC, where that is all", async () => {
    for (const place of ["before", "after"] as const)
      expect(await dateOf(pngWith(place, "tIME", time))).toBe("2009-02-03T04:05:06 +0");
    expect(await dateOf(pngWith("before", "tIME", Buffer.from([0x07, 0xd9, 2, 30, 4, 5, 6])))).toBe(null);
    expect(await dateOf(pngWith("before", "tIME", Buffer.alloc(3)))).toBe(null);
  });

  test("is read as ImageMagick keeps EXIF", async () => {
    const block = exifBlock({ exif: { dateTimeOriginal: "2009:02:03 04:05:06" } });
    const prefixed = Buffer.concat([Buffer.from("Exif\0\0"), block]);
    for (const [name, bytes] of [
      ["exif", prefixed],
      ["APP1", prefixed],
      ["exif", block],
    ] as const) {
      const profile = rawProfile(name, bytes);
      const zipped = compressedText(`Raw profile type ${name}`, profile);
      expect(await dateOf(pngWith("after", "zTXt", zipped))).toBe("2009-02-03T04:05:06");
      expect(await dateOf(pngWith("before", "tEXt", `Raw profile type ${name}\0${profile}`))).toBe(
        "2009-02-03T04:05:06",
      );
    }
    expect(await dateOf(pngWith("after", "tEXt", "exif:DateTimeOriginal\x002009:02:03 04:05:06"))).toBe(
      "2009-02-03T04:05:06",
    );
  });

  test.each([
    [1, 100],
    [1, 3_000_000],
    [8, 200_000],
    [60, 65_445],
    [500, 8192],
    [400, 30_000],
  ])("is found behind %i chunks of pixels of %i bytes, with few reads", async (count, bytes) => {
    const pixels = pixelsOf(count, bytes);
    const text = `Comment\0${"x".repeat(100_000)}`;
    const block = exifBlock({ exif: { dateTimeOriginal: "2009:02:03 04:05:06" } });
    const dated = pngWith("after", "eXIf", block, pixels);
    const behindText = pngWith(
      "after",
      "eXIf",
      block,
      Buffer.concat([pixels, pngChunk("tEXt", Buffer.from(text))]),
    );
    for (const file of [dated, behindText]) {
      let reads = 0;
      const read = async (start: number, end: number) => {
        reads += 1;
        return file.slice(start, end);
      };
      expect(shown(await inspect({ bytes: file.length, read }, limits))).toBe("2009-02-03T04:05:06");
      expect(reads).toBeLessThan(20);
    }
  });

  test("whose text is longer than anyone reads is no worse for it", async () => {
    const bomb = compressedText("Creation Time", " ".repeat(50_000_000));
    expect(await dateOf(pngWith("before", "zTXt", bomb))).toBe(null);
    const broken = compressedText("Creation Time", "2009-02-03T04:05:06").fill(7, 20);
    expect(await dateOf(pngWith("before", "zTXt", broken))).toBe(null);
    expect(await dateOf(pngWith("before", "zTXt", "Creation Time"))).toBe(null);
    expect(await dateOf(pngWith("before", "iTXt", "Creation Time\0"))).toBe(null);
  });
});

describe("whatever is wrong in the notes", () => {
  const date = "2013-03-04T05:06:07";
  const xmp = xmpOf("", ` exif:DateTimeOriginal="${date}"`);
  const block = exifBlock({
    main: { dateTime: date },
    exif: { dateTimeOriginal: date },
    second: {},
    sub: {},
  });
  const files: [string, () => Buffer | Promise<Buffer>][] = [
    ["a JPEG's", () => jpegWithBoth(block, xmp)],
    [
      "a JPEG's IPTC",
      () =>
        jpegWithIptc([
          [55, "20130304"],
          [60, "050607"],
        ]),
    ],
    [
      "a PNG's, before its pixels",
      () => pngWith("before", "iTXt", internationalText("XML:com.adobe.xmp", xmp, true)),
    ],
    ["a PNG's, after its pixels", () => pngWith("after", "eXIf", block)],
    [
      "a PNG's profile",
      () => pngWith("after", "zTXt", compressedText("Raw profile type exif", rawProfile("exif", block))),
    ],
    ["a WebP's", () => webpWith("EXIF", block)],
    ["a GIF's", () => gifWithXmp(xmp)],
    ["a HEIC's", () => heicWith({ type: "Exif", content: block, isInMeta: true })],
  ];
  test.each(files)("%s only cost the date, or the picture is damaged", async (_, make) => {
    const file = await make();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 8, max: file.length }),
        fc.boolean(),
        async (edits, length, isCut) => {
          const bytes = Buffer.from(file);
          for (const [at, value] of edits) bytes[at] = value;
          const outcome = await inspectBytes(isCut ? bytes.subarray(0, length) : bytes).catch(
            (error) => error,
          );
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(AppError);
        },
      ),
      { numRuns: 300 },
    );
  });
});

test("a date in EXIF is read in an AVIF", async () => {
  expect(await dateOf(await avifWith({ date: "2006:05:04 03:02:08" }))).toBe("2006-05-04T03:02:08");
});

test("a clock is read alike whatever the machine's zone", () => {
  expect(readClockTime("2024:03:31 02:30:00")?.at).toBe(Date.UTC(2024, 2, 31, 2, 30));
});
