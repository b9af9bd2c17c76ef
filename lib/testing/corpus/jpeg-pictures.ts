import { join, uint16 } from "./bytes";
import { exif, takenAt } from "./exif";
import * as jpeg from "./jpeg";
import { type CorpusFile, orientations, quadrants, shown, turned } from "./quadrants";
import { filesOf, film, half, type Named, xmp17Mb } from "./shared";

export async function jpegPictures(): Promise<CorpusFile[]> {
  const baseline = await quadrants().jpeg().toBuffer();
  const progressive = await quadrants().jpeg({ progressive: true }).toBuffer();
  const files: Named[] = [];
  for (const [kind, file] of [
    ["baseline", baseline],
    ["progressive", progressive],
  ] as const) {
    const between = (bytes: readonly number[]) => jpeg.putTogether(jpeg.takeApart(file), bytes);
    const withoutEnd = file.subarray(0, -2);
    files.push(
      [`${kind}`, file, shown()],
      [`${kind}, two zeros between the segments`, between([0, 0]), shown()],
      [`${kind}, 18 bytes between the segments`, between(Array.from({ length: 18 }, (_, n) => n)), shown()],
      [`${kind}, ends of scans between the segments`, between([0x3f, 0xff, 0, 7]), shown()],
      [
        `${kind}, markers without length between the segments`,
        between([0xff, 1, 0xff, 0xd0, 0xff, 0xd7]),
        shown(),
      ],
      [`${kind}, filled up between the segments`, between([0xff, 0xff, 0xff]), shown()],
      [`${kind}, a film behind it`, join(file, film), shown()],
      [`${kind}, zeros behind it`, join(file, Buffer.alloc(5000)), shown()],
      [`${kind}, without its end`, withoutEnd, shown()],
      [`${kind}, half of its end`, file.subarray(0, -1), shown()],
      [`${kind}, zeros instead of its end`, join(withoutEnd, Buffer.alloc(5000)), shown()],
      [`${kind}, a film instead of its end`, join(withoutEnd, film), shown()],
      [`${kind}, another picture instead of its end`, join(withoutEnd, baseline), shown()],
      [`${kind}, cut off in its pixels`, file.subarray(0, -3), null],
      [`${kind}, half of it`, half(file), null],
      [`${kind}, half of it and a film`, join(half(file), film), null],
      [`${kind}, half of its beginning`, file.subarray(0, 100), null],
    );
  }
  const { segments, rest } = jpeg.takeApart(baseline);
  const twoFrames = segments.flatMap((each) => (each.code === 0xc0 ? [each, each] : [each]));
  const history = Array.from({ length: 262 }, () =>
    jpeg.segment(0xe1, join("http://ns.adobe.com/xmp/extension/\0", xmp17Mb.subarray(0, 65_000))),
  );
  const oriented = (...blocks: Buffer[]) => jpeg.withSegments(baseline, ...blocks.map(jpeg.exifSegment));
  return filesOf("jpg", [
    ...files,
    ...orientations.map(
      (orientation): Named => [
        `orientation ${orientation}`,
        oriented(exif(orientation)),
        turned(orientation, { capturedAt: takenAt }),
      ],
    ),
    [
      "an orientation that is no number of its type",
      oriented(exif(6, "long")),
      shown({ capturedAt: takenAt }),
    ],
    ["an orientation in a byte", oriented(exif(6, "byte")), shown({ capturedAt: takenAt })],
    ["an orientation that is none", oriented(exif(9)), shown({ capturedAt: takenAt })],
    ["two orientations", oriented(exif(8), exif(3)), turned(8, { capturedAt: takenAt })],
    [
      "an empty block before its orientation",
      oriented(Buffer.from("MM\0*\0\0\0\x08\0\0"), exif(6)),
      shown({ capturedAt: takenAt }),
    ],
    [
      "no marker of any program",
      jpeg.putTogether({ segments: segments.filter(({ code }) => code < 0xe0), rest }),
      shown(),
    ],
    ["17 MB of XMP", jpeg.withSegments(baseline, ...history), shown()],
    [
      "scan parameters as Samsung's",
      jpeg.withChanged(baseline, 0xda, (scan) => scan.set([0, 0, 0], scan.length - 3)),
      shown(),
    ],
    ["grey", await quadrants().grayscale().jpeg().toBuffer(), shown({ corners: "" })],
    ["two frames", jpeg.putTogether({ segments: twoFrames, rest }), null],
    ["no height", jpeg.withChanged(baseline, 0xc0, (frame) => frame.set(uint16(0), 5)), null],
    ["of 12 bits", jpeg.withChanged(baseline, 0xc0, (frame) => frame.set([12], 4)), null],
  ]);
}
