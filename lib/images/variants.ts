import type { ImageType } from "./formats/table";
import { tileRatios } from "./tile-ratios";

/** What variants can be encoded as. Not every browser encodes WebP; PNG every one does. */
export const variantTypes = ["image/webp", "image/jpeg", "image/png"] as const satisfies ImageType[];
export type VariantType = (typeof variantTypes)[number];

interface Variant {
  /** the long one, in pixels; a smaller image is not enlarged */
  readonly side: number;
  /** The short one of a long picture, whose long side may then be longer. */
  readonly shortSide: number;
  /** of a long picture: what a phone can hold */
  readonly maxPixels: number;
  /** Width by height: of a longer picture the middle is shown. null: all of any picture is. */
  readonly ratios: { readonly narrowest: number; readonly widest: number } | null;
  /** What is larger was not made by Pail. */
  readonly maxBytes: number;
  /** 0 to 100, for the encoders that have one */
  readonly quality: number;
  readonly types: {
    /** What a browser encodes a photograph as: the first of these that it can. */
    readonly photograph: readonly VariantType[];
    /** The same of what may be transparent, or drawn. */
    readonly other: readonly VariantType[];
    /** What the server encodes anything as: the first that can be so long, and transparent where the picture is. */
    readonly server: readonly Exclude<VariantType, "image/png">[];
  };
}

/** The longest side that each can have. */
export const longestSides = {
  "image/webp": 16_383,
  "image/jpeg": 65_535,
  "image/png": 65_535,
} as const satisfies Record<VariantType, number>;

/**
 * Each size that is derived from an image. What browsers and the server make, send, check, keep, show and delete follows from
 * this table; README.md says how to add one.
 */
export const variants = {
  thumb: {
    side: 480,
    shortSide: 240,
    maxPixels: 1_000_000,
    ratios: tileRatios,
    maxBytes: 1_048_576,
    quality: 75,
    types: {
      photograph: ["image/webp", "image/jpeg"],
      other: ["image/webp", "image/png"],
      server: ["image/webp", "image/jpeg"],
    },
  },
  display: {
    side: 2048,
    shortSide: 1080,
    maxPixels: 32_000_000,
    ratios: null,
    maxBytes: 16_777_216,
    quality: 82,
    types: {
      // WebP takes browsers ten times as long: see “WebP or JPEG” in README.md.
      photograph: ["image/jpeg"],
      other: ["image/webp", "image/png"],
      server: ["image/webp", "image/jpeg"],
    },
  },
} as const satisfies Record<string, Variant>;

export type VariantKind = keyof typeof variants;
export const variantKinds = Object.keys(variants) as VariantKind[];
/** Each is made of the one before it. */
export const largestFirst = [...variantKinds].sort((one, other) => variants[other].side - variants[one].side);
export const largestKind = variantKinds.reduce((one, other) =>
  variants[one].side >= variants[other].side ? one : other,
);

export interface Size {
  width: number;
  height: number;
}

interface Part extends Size {
  left: number;
  top: number;
}

/** What the variant shows of a picture of this size. */
export function partOf({ width, height }: Size, kind: VariantKind): Part {
  const { ratios } = variants[kind];
  const shown = {
    width: ratios === null ? width : Math.min(width, Math.max(1, Math.round(height * ratios.widest))),
    height: ratios === null ? height : Math.min(height, Math.max(1, Math.round(width / ratios.narrowest))),
  };
  return {
    left: Math.floor((width - shown.width) / 2),
    top: Math.floor((height - shown.height) / 2),
    ...shown,
  };
}

/** How large the variant of a picture of this size is. See “Long pictures” in README.md. */
export function targetSize(size: Size, kind: VariantKind): Size {
  const part = partOf(size, kind);
  const { side, shortSide, maxPixels } = variants[kind];
  const [long, short] = sidesOf(part);
  const wanted = Math.min(1, Math.max(side / long, shortSide / short));
  const held = Math.max(side / long, Math.sqrt(maxPixels / (long * short)));
  return scaled(part, Math.min(wanted, held, longestDrawn / long));
}

/** The same, and what follows for an encoder that cannot do the one before, or makes too many bytes of it. */
export function sizesOf(size: Size, kind: VariantKind): [Size, ...Size[]] {
  const target = targetSize(size, kind);
  const [longest] = sidesOf(target);
  const { side } = variants[kind];
  const shorter = [longestSides["image/webp"], 8192, 4096, side].filter(
    (long) => long >= side && long < longest,
  );
  const part = partOf(size, kind);
  return [target, ...shorter.map((long) => scaled(part, long / Math.max(part.width, part.height)))];
}

/** Whether what arrived can be that variant of the original; either way round, as not all turn pictures alike. */
export function isSizeOf(arrived: Size, original: Size, kind: VariantKind): boolean {
  const { side, shortSide } = variants[kind];
  const [long, short] = sidesOf(arrived);
  if (long <= side) return true;
  const [longest, shortest] = sidesOf(targetSize(original, kind));
  return short <= Math.min(shortSide, shortest + maxRounding) && long <= longest + maxRounding;
}

/** rgbaToThumbHash takes no more, and needs no more. */
export const thumbhashSide = 100;

/** How large the picture is that a thumbhash is made of. */
export const thumbhashSize = (thumb: Size): Size =>
  scaled(thumb, Math.min(1, thumbhashSide / Math.max(thumb.width, thumb.height)));

/** Whether a picture is so long that, shown whole, nothing of it could be read. */
export const isLong = ({ width, height }: Size): boolean => width > 4 * height || height > 3 * width;

/** Each variant is made of the one before it, so that they are rounded more than once. */
const maxRounding = 4;
/** No canvas of Firefox is longer. */
const longestDrawn = 32_767;

const sidesOf = ({ width, height }: Size) => [Math.max(width, height), Math.min(width, height)] as const;

const scaled = ({ width, height }: Size, scale: number): Size => ({
  width: Math.max(1, Math.round(width * scale)),
  height: Math.max(1, Math.round(height * scale)),
});

/** `thumbUrl`, `displayUrl` and so on. */
export type VariantUrls<T = string> = { [K in VariantKind as `${K}Url`]: T };

/** A record of what `make` returns for each kind, asked in their order. */
export function byKind<K extends string, T>(kinds: readonly K[], make: (kind: K) => T): Record<K, T> {
  return Object.fromEntries(kinds.map((kind) => [kind, make(kind)])) as Record<K, T>;
}

/** The same where making takes its time: one after another. */
export async function byKindInTurn<K extends string, T>(
  kinds: readonly K[],
  make: (kind: K) => Promise<T>,
): Promise<Record<K, T>> {
  const made: Partial<Record<K, T>> = {};
  for (const kind of kinds) made[kind] = await make(kind);
  return made as Record<K, T>;
}

/** The same where making takes its time: all at once. */
export async function byKindAtOnce<K extends string, T>(
  kinds: readonly K[],
  make: (kind: K) => Promise<T>,
): Promise<Record<K, T>> {
  const made = await Promise.all(kinds.map(async (kind) => [kind, await make(kind)] as const));
  return Object.fromEntries(made) as Record<K, T>;
}
