import { join } from "./bytes";
import { exif, takenAt } from "./exif";
import * as gif from "./gif";
import * as png from "./png";
import { type CorpusFile, orientations, quadrants, type Shown, shown, size, turned } from "./quadrants";
import { filesOf, film, half, type Named, xmp17Mb } from "./shared";
import * as webp from "./webp";

/** Of which the quadrants fill one corner. */
const empty = (width: number, height: number): Shown =>
  shown({ width, height, corners: "", isTransparent: true });
export async function pngPictures(): Promise<CorpusFile[]> {
  const file = await quadrants().png().toBuffer();
  const [header, ...others] = png.chunksOf(file);
  const [pixels, end] = [others.find(({ type }) => type === "IDAT"), others.at(-1)];
  if (header === undefined || pixels === undefined || end === undefined) throw new Error("it is no PNG");
  const note = (block: Buffer) => png.chunk("eXIf", block);
  const history = png.chunk("iTXt", "XML:com.adobe.xmp\0\0\0\0\0", xmp17Mb);
  const palette = png.chunk("PLTE", Buffer.alloc(9));
  const moving = [
    png.animation(2),
    png.frame(0, size),
    pixels,
    png.frame(1, size),
    png.chunk("fdAT", [0, 0, 0, 2], pixels.content),
  ];
  return filesOf("png", [
    ["plain", file, shown()],
    ["interlaced", await quadrants().png({ progressive: true }).toBuffer(), shown()],
    ["of few colours", await quadrants().png({ palette: true }).toBuffer(), shown()],
    ["transparent", await quadrants(4).png().toBuffer(), shown({ isTransparent: true })],
    ...orientations.map(
      (orientation): Named => [
        `orientation ${orientation}`,
        png.pngOf([header, note(exif(orientation)), pixels, end]),
        turned(orientation, { capturedAt: takenAt }),
      ],
    ),
    [
      "an orientation behind the pixels",
      png.pngOf([header, pixels, note(exif(6)), end]),
      shown({ capturedAt: takenAt }),
    ],
    [
      "an orientation that is no number of its type",
      png.pngOf([header, note(exif(6, "long")), pixels, end]),
      shown({ capturedAt: takenAt }),
    ],
    ["17 MB of XMP", png.pngOf([header, history, pixels, end]), shown()],
    ["17 MB of XMP behind the pixels", png.pngOf([header, pixels, history, end]), shown()],
    [
      "300 texts",
      png.pngOf([
        header,
        ...Array.from({ length: 300 }, (_, n) => png.chunk("tEXt", `Comment\0${n}`)),
        pixels,
        end,
      ]),
      shown(),
    ],
    ["a film behind it", join(file, film), shown()],
    ["zeros behind it", join(file, Buffer.alloc(5000)), shown()],
    ["an animation", png.pngOf([header, ...moving, end]), shown({ isAnimated: true })],
    [
      "an animation of one frame",
      png.pngOf([header, png.animation(1), png.frame(0, size), pixels, end]),
      shown(),
    ],
    [
      "a turned animation",
      png.pngOf([header, note(exif(6)), ...moving, end]),
      turned(6, { capturedAt: takenAt, isAnimated: true }),
    ],
    [
      "an animation beside the pixels",
      png.pngOf([
        ...[
          header,
          png.animation(2),
          pixels,
          png.frame(0, size),
          png.chunk("fdAT", [0, 0, 0, 1], pixels.content),
        ],
        ...[png.frame(2, size), png.chunk("fdAT", [0, 0, 0, 3], pixels.content), end],
      ]),
      shown({ isAnimated: true }),
    ],
    [
      "an animation whose first frame is smaller",
      png.pngOf([header, png.animation(2), png.frame(0, { width: 10, height: 10 }), ...moving.slice(2), end]),
      null,
    ],
    ["two palettes", png.pngOf([header, palette, palette, pixels, end]), null],
    ["a palette that it does not need", png.pngOf([header, palette, pixels, end]), shown()],
    ["a chunk that nobody knows", png.pngOf([header, png.chunk("abCd", "x"), pixels, end]), shown()],
    ["a chunk of another time", png.pngOf([header, png.chunk("abcd", "x"), pixels, end]), null],
    ["without its end", png.pngOf([header, pixels]), null],
    ["cut off in its pixels", png.pngOf([header, pixels]).subarray(0, -20), null],
    ["half of it", half(file), null],
    [
      "an end in a text, and half of it",
      join(png.pngOf([header, png.chunk("tEXt", "a\0", file.subarray(-12))]), half(file).subarray(33)),
      null,
    ],
    ["an animation cut off in its second frame", png.pngOf([header, ...moving]).subarray(0, -20), null],
  ]);
}

export async function gifPictures(): Promise<CorpusFile[]> {
  const { image, trailer, loop, delay } = gif;
  const picture = image(size);
  const small = { width: 10, height: 8 };
  const [comment, text] = [
    join([0x21, 0xfe, 5], "hello", [0]),
    join([0x21, 1, 12], Buffer.alloc(12), [2], "hi", [0]),
  ];
  const none = { width: 0, height: 0 };
  const large = { width: 120, height: 90 };
  const moving = [loop, delay, picture, delay, picture];
  return filesOf("gif", [
    ["plain", gif.gifOf(size, picture, trailer), shown()],
    ["as an encoder writes it", await quadrants().gif().toBuffer(), shown()],
    ["of 1987", join("GIF87a", gif.gifOf(size, picture, trailer).subarray(6)), shown()],
    ["without its trailer", gif.gifOf(size, picture), shown()],
    ["zeros instead of its trailer", gif.gifOf(size, picture, Buffer.alloc(5000)), shown()],
    ["text instead of its trailer", gif.gifOf(size, picture, "This was uploaded from a phone."), shown()],
    ["a film behind it", gif.gifOf(size, picture, trailer, film), shown()],
    ["zeros behind it", gif.gifOf(size, picture, trailer, Buffer.alloc(5000)), shown()],
    ["no screen", gif.gifOf(none, picture, trailer), shown()],
    ["a screen that is too small", gif.gifOf(small, picture, trailer), shown()],
    ["a screen that is too narrow", gif.gifOf({ width: 10, height: 64 }, picture, trailer), shown()],
    ["a screen that is larger", gif.gifOf(large, image(large), trailer), shown(large)],
    [
      "a screen that is much larger",
      gif.gifOf({ width: 640, height: 480 }, picture, trailer),
      empty(640, 480),
    ],
    ["a screen that is vast", gif.gifOf({ width: 3000, height: 70 }, picture, trailer), empty(3000, 70)],
    ["a second image that is larger", gif.gifOf(size, ...moving.slice(0, 4), image(large), trailer), shown()],
    ["17 MB of XMP", gif.gifOf(size, gif.xmp(xmp17Mb), picture, trailer), shown()],
    ["17 MB of XMP behind the pixels", gif.gifOf(size, picture, gif.xmp(xmp17Mb), trailer), shown()],
    ["17 MB of spaces", gif.gifOf(size, gif.xmp(Buffer.alloc(17_000_000, " ")), picture, trailer), shown()],
    ["an animation", gif.gifOf(size, ...moving, trailer), shown()],
    ["an animation without its trailer", gif.gifOf(size, ...moving), shown()],
    ["cut off in its pixels", gif.gifOf(size, picture.subarray(0, -2)), null],
    ["cut off before its last byte", gif.gifOf(size, picture.subarray(0, -1)), null],
    ["half of it", half(gif.gifOf(size, picture, trailer)), null],
    ["an animation cut off in its second frame", gif.gifOf(size, ...moving).subarray(0, -30), null],
    ["a comment and text", gif.gifOf(size, comment, text, picture, trailer), shown()],
    [
      "a control that is too long",
      gif.gifOf(size, [0x21, 0xf9, 5, 0, 30, 0, 0, 0, 0], picture, trailer),
      null,
    ],
    ["no image", gif.gifOf(size, loop, trailer), null],
  ]);
}

export async function webpPictures(): Promise<CorpusFile[]> {
  const { webpOf, extended, flags, riffChunksOf } = webp;
  const kinds = {
    lossy: await quadrants().webp().toBuffer(),
    lossless: await quadrants().webp({ lossless: true }).toBuffer(),
  };
  const frames = await Promise.all([quadrants(), quadrants().negate()].map((each) => each.png().toBuffer()));
  const sharp = (await import("sharp")).default;
  const moving = await sharp(frames, { join: { animated: true } })
    .webp({ delay: [300, 300] })
    .toBuffer();
  const files = Object.entries(kinds).flatMap(([kind, file]): Named[] => {
    const [pixels] = riffChunksOf(file);
    if (pixels === undefined) throw new Error("it is no WebP");
    const note = { type: "EXIF", content: exif(6) };
    const odd = { type: "ABCD", content: Buffer.from("odd") };
    const history = { type: "XMP ", content: xmp17Mb };
    const dated = shown({ capturedAt: takenAt });
    return [
      [kind, file, shown()],
      [`${kind}, a film behind it`, join(file, film), shown()],
      [`${kind}, zeros behind it`, join(file, Buffer.alloc(5000)), shown()],
      [`${kind}, an orientation`, webpOf([extended(flags.exif, size), pixels, note]), dated],
      [
        `${kind}, an orientation before the pixels`,
        webpOf([extended(flags.exif, size), note, pixels]),
        dated,
      ],
      [`${kind}, 17 MB of XMP`, webpOf([extended(flags.xmp, size), pixels, history]), shown()],
      [
        `${kind}, 17 MB of XMP before the pixels`,
        webpOf([extended(flags.xmp, size), history, pixels]),
        shown(),
      ],
      [
        `${kind}, 300 chunks of others`,
        webpOf([extended(0, size), ...Array(300).fill(odd), pixels]),
        shown(),
      ],
      [`${kind}, cut off in its pixels`, file.subarray(0, -3), null],
      [
        `${kind}, cut off in its XMP`,
        webpOf([extended(flags.xmp, size), pixels, history]).subarray(0, -10),
        null,
      ],
      [`${kind}, more bytes than there are`, webpOf([pixels], 100), null],
      [`${kind}, half of it`, half(file), null],
    ];
  });
  return filesOf("webp", [
    ...files,
    ["transparent", await quadrants(4).webp().toBuffer(), shown({ isTransparent: true })],
    ["an animation", moving, shown()],
    ["an animation cut off in its second frame", moving.subarray(0, -30), null],
  ]);
}
