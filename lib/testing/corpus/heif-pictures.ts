import { readFile } from "node:fs/promises";
import { join } from "./bytes";
import { exif, takenAt } from "./exif";
import * as heif from "./heif";
import { type CorpusFile, cornersOf, type Orientation, quadrants, type Shown, shown } from "./quadrants";
import { filesOf, type Named, xmp17Mb } from "./shared";

export async function avifPictures(): Promise<CorpusFile[]> {
  // Tiles of a grid have to be of 64 pixels at least, and a multiple of that.
  const encoded = await quadrants(3, { width: 128, height: 64 })
    .avif({ effort: 2, chromaSubsampling: "4:2:0" })
    .toBuffer();
  const picture = heif.codedIn(encoded, "av01");
  const frames = [
    heif.coded(picture),
    {
      id: 2,
      type: "av01",
      data: picture.data,
      isHidden: true,
      properties: [heif.extent(picture), picture.configuration],
    },
  ];
  const sequence = heif.heifOf({
    brand: "avis",
    items: frames,
    moov: (offsets) => heif.moviOf(picture, [1, 2], offsets),
  });
  const size = { width: picture.width, height: picture.height };
  return [
    ...heifPictures("avif", picture),
    { name: "as an encoder writes it.avif", bytes: encoded, shown: shown(size) },
    { name: "a sequence.avif", bytes: sequence, shown: shown({ ...size, isAnimated: true }) },
    {
      name: "mirrored, then turned.avif",
      bytes: heif.heifOf({ items: [heif.coded(picture, heif.mirror(0), heif.turn(1))] }),
      shown: null,
    },
    {
      name: "a profile's brand.avif",
      bytes: heif.heifOf({ brand: "MA1A", items: [heif.coded(picture)] }),
      shown: shown(size),
    },
    {
      name: "another size than it is coded in.avif",
      bytes: heif.heifOf({ items: [heif.coded({ ...picture, width: 64, height: 32 })] }),
      shown: null,
    },
  ];
}

/** Nothing here encodes HEIC: the coded picture is that of a file, and what is around it is made anew. */
export async function heicPictures(): Promise<CorpusFile[]> {
  return heifPictures("heic", heif.codedIn(await readFile("e2e/photos/quadrants.heic"), "hvc1"));
}

function heifPictures(extension: "avif" | "heic", picture: heif.Coded): CorpusFile[] {
  const { width, height } = picture;
  const { coded, heifOf, turn, mirror, aperture, box, exifItem, xmpItem } = heif;
  const file = (...properties: Buffer[]) => heifOf({ items: [coded(picture, ...properties)] });
  const right = (changes: Partial<Shown> = {}) => shown({ width, height, ...changes });
  const turned = (orientation: Orientation) =>
    right({ corners: cornersOf[orientation], ...(orientation > 4 && { width: height, height: width }) });
  const plain = file();
  const middle = { width: width / 2, height: height / 4 };
  const left = { x: -width / 2, y: 0 };
  const likeness = ({ own = [], others = [] }: { own?: Buffer[]; others?: Buffer[] } = {}) =>
    heifOf({
      items: [
        { id: 1, type: "iden", data: Buffer.alloc(0), properties: [heif.extent(picture), ...own] },
        { ...coded(picture, ...others), id: 2, isHidden: true },
      ],
      references: [["dimg", 1, [2]]],
    });
  /** @param cut what its size lacks on both sides */
  const grid = (
    columns: number,
    rows: number,
    { own = [], tile = [], cut = 0 }: { own?: Buffer[]; tile?: Buffer[]; cut?: number } = {},
  ) => {
    const size = { width: width * columns - cut, height: height * rows - cut };
    const shape = join(
      [0, 0, rows - 1, columns - 1],
      [size.width, size.height].flatMap((side) => [side >> 8, side & 255]),
    );
    const tiles = Array.from({ length: columns * rows }, (_, n) => ({
      ...coded(picture, ...tile),
      id: n + 2,
      isHidden: true,
    }));
    const whole = {
      id: 1,
      type: "grid",
      data: shape,
      properties: [heif.extent(size), heif.depth, ...own],
    };
    return heifOf({ items: [whole, ...tiles], references: [["dimg", 1, tiles.map(({ id }) => id)]] });
  };
  const alpha = { ...coded(picture, heif.isAlpha(picture.type)), id: 2, isHidden: true };
  const noted = (...items: ReturnType<typeof exifItem>[]) =>
    heifOf({ items: [coded(picture), ...items], references: items.map(({ id }) => ["cdsc", id, [1]]) });
  const metaTwice = join(
    plain.subarray(0, plain.indexOf("mdat") - 4),
    plain.subarray(plain.indexOf("meta") - 4),
  );
  const files: Named[] = [
    ["plain", plain, right()],
    ...([1, 8, 3, 6] as const).map(
      (orientation, quarters): Named => [`turned ${quarters}`, file(turn(quarters)), turned(orientation)],
    ),
    ...([4, 2] as const).map(
      (orientation, axis): Named => [`mirrored ${axis}`, file(mirror(axis)), turned(orientation)],
    ),
    ...([4, 5, 2, 7] as const).map(
      (orientation, quarters): Named => [
        `turned ${quarters}, mirrored 0`,
        file(turn(quarters), mirror(0)),
        turned(orientation),
      ],
    ),
    ...([2, 7, 4, 5] as const).map(
      (orientation, quarters): Named => [
        `turned ${quarters}, mirrored 1`,
        file(turn(quarters), mirror(1)),
        turned(orientation),
      ],
    ),
    ["an orientation in EXIF", noted(exifItem(exif(6))), right({ capturedAt: takenAt })],
    ["cropped to its middle", file(aperture(middle)), right(middle)],
    [
      "cropped to its left half",
      file(aperture({ width: width / 2, height }, left)),
      right({ width: width / 2, corners: "RRBB" }),
    ],
    ["cropped to all of it", file(aperture(picture)), right()],
    [
      "cropped and turned",
      file(aperture(middle), turn(1)),
      right({ width: middle.height, height: middle.width, corners: cornersOf[8] }),
    ],
    [
      "cropped and mirrored",
      file(aperture({ width: width / 2, height }, left), mirror(0)),
      right({ width: width / 2, corners: "BBRR" }),
    ],
    [
      "cropped to its left half and turned",
      file(aperture({ width: width / 2, height }, left), turn(3)),
      right({ width: height, height: width / 2, corners: "BRBR" }),
    ],
    ["zeros behind it", join(plain, Buffer.alloc(500)), right()],
    ["text behind it", join(plain, "This was uploaded from a phone."), right()],
    ["three bytes behind it", join(plain, [1, 2, 3]), right()],
    ["a box behind it that is cut off", join(plain, [0, 0, 9, 0], "free", Buffer.alloc(100)), right()],
    ["a last box without length", heifOf({ items: [coded(picture)], mdatBytes: () => 0 }), right()],
    [
      "a last box that is too long",
      heifOf({ items: [coded(picture)], mdatBytes: (bytes) => bytes + 1000 }),
      right(),
    ],
    ["17 MB of XMP", noted(xmpItem(xmp17Mb)), right()],
    ["17 MB of XMP in its head", noted({ ...xmpItem(xmp17Mb), isInMeta: true }), right()],
    [
      "17 MB of nothing before its head",
      heifOf({ items: [coded(picture)], before: [box("free", Buffer.alloc(17_000_000))] }),
      right(),
    ],
    [
      "1200 boxes before its head",
      heifOf({ items: [coded(picture)], before: Array(1200).fill(box("free")) }),
      right(),
    ],
    ["its pixels in its head", heifOf({ items: [{ ...coded(picture), isInMeta: true }] }), right()],
    [
      "its pixels in its head, cropped, turned and mirrored",
      heifOf({ items: [{ ...coded(picture, aperture(middle), turn(1), mirror(0)), isInMeta: true }] }),
      right({ width: middle.height, height: middle.width, corners: cornersOf[5] }),
    ],
    ["a grid", grid(2, 2), right({ width: width * 2, height: height * 2 })],
    [
      "a turned grid",
      grid(1, 2, { own: [turn(1)] }),
      right({ width: height * 2, height: width, corners: "GYRB" }),
    ],
    [
      "transparent",
      heifOf({ items: [coded(picture), alpha], references: [["auxl", 2, [1]]] }),
      right({ isTransparent: true }),
    ],
    ["the likeness of another", likeness(), right()],
    [
      "the likeness of another, turned",
      likeness({ own: [turn(1)] }),
      right({ width: height, height: width, corners: cornersOf[8] }),
    ],
    ["the likeness of one that is turned", likeness({ others: [turn(2)] }), null],
    ["a grid of one that is turned", grid(1, 2, { tile: [turn(2)] }), null],
    [
      "a grid that is cut off",
      grid(2, 2, { cut: 10 }),
      right({ width: width * 2 - 10, height: height * 2 - 10 }),
    ],
    ["a grid that hides a column", grid(2, 2, { cut: width }), null],
    ["said to be hidden", heifOf({ items: [{ ...coded(picture), isHidden: true }] }), right()],
    ["cut off before its last byte", plain.subarray(0, -1), null],
    ["half of it", plain.subarray(0, plain.length / 2), null],
    ["half of its head", plain.subarray(0, 150), null],
    ["two heads", metaTwice, null],
    ["two sizes", file(heif.extent({ width: 10, height: 10 })), null],
    ["two turns", file(turn(1), turn(2)), null],
    ["cropped to nothing", file(aperture({ width: 0, height: 0 })), null],
  ];
  return filesOf(extension, files);
}
