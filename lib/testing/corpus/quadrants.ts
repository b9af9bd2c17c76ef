import sharp, { type Sharp } from "sharp";

/** What all pictures of the corpus show: red, green, blue and yellow, a quarter each, so that it is seen which way up they are. */
export const size = { width: 96, height: 64 } as const;

const colours = { R: [220, 40, 40], G: [40, 200, 60], B: [40, 60, 220], Y: [200, 180, 80] } as const;
type Letter = keyof typeof colours;

export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Its corners as EXIF's orientations show them: the upper two, then the lower two. */
export const cornersOf: Record<Orientation, string> = {
  ...{ 1: "RGBY", 2: "GRYB", 3: "YBGR", 4: "BYRG", 5: "RBGY", 6: "BRYG", 7: "YGBR", 8: "GYRB" },
};
export const orientations = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** A file, and what Pail shows of it. */
export interface CorpusFile {
  /** says what is odd about it, and ends in its extension */
  name: string;
  bytes: Buffer;
  /** null: it is refused */
  shown: Shown | null;
}

export interface Shown {
  width: number;
  height: number;
  corners: string;
  /** ms since the epoch */
  capturedAt: number | null;
  isTransparent: boolean;
  /** where that is told */
  isAnimated: boolean;
}

/** The quadrants as they are, but for what is said. */
export const shown = (changes: Partial<Shown> = {}): Shown => ({
  ...size,
  ...{ corners: cornersOf[1], capturedAt: null, isTransparent: false, isAnimated: false },
  ...changes,
});

/** The quadrants as they are shown when turned so. */
export function turned(orientation: Orientation, changes: Partial<Shown> = {}): Shown {
  const { width, height } = size;
  const lies = orientation > 4 ? { width: height, height: width } : {};
  return shown({ ...lies, corners: cornersOf[orientation], ...changes });
}

/** With four channels, the right half is half transparent. */
export function quadrants(
  channels: 3 | 4 = 3,
  { width, height } = size as { width: number; height: number },
): Sharp {
  const raw = Buffer.alloc(width * height * channels);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += channels) {
      const isRight = x >= width / 2;
      const letter: Letter = y < height / 2 ? (isRight ? "G" : "R") : isRight ? "Y" : "B";
      raw.set([...colours[letter], ...(channels === 4 ? [isRight ? 128 : 255] : [])], at);
    }
  }
  return sharp(raw, { raw: { width, height, channels } });
}

/** The letters of a picture's corners, whatever it lost when it was encoded. */
export async function readCorners(picture: Uint8Array): Promise<string> {
  const { data, info } = await sharp(picture)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const [right, low] = [info.width - 1, info.height - 1];
  return [
    [0, 0],
    [right, 0],
    [0, low],
    [right, low],
  ]
    .map(([x = 0, y = 0]) => nearest(data.subarray((y * info.width + x) * info.channels)))
    .join("");
}

function nearest(pixel: Uint8Array): string {
  const distance = (letter: Letter) =>
    colours[letter].reduce((sum, value, channel) => sum + Math.abs(value - (pixel[channel] ?? 0)), 0);
  const [letter = "R"] = (Object.keys(colours) as Letter[]).sort(
    (one, other) => distance(one) - distance(other),
  );
  return letter;
}
