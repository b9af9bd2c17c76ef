import type { ImageType } from "./formats/table";

/** What variants can be encoded as. Not every browser encodes WebP; PNG every one does. */
export const variantTypes = ["image/webp", "image/jpeg", "image/png"] as const satisfies ImageType[];
export type VariantType = (typeof variantTypes)[number];

interface Variant {
  /** the long one, in pixels; a smaller image is not enlarged */
  readonly side: number;
  /** What is larger was not made by Pail. */
  readonly maxBytes: number;
  /** 0 to 100, for the encoders that have one */
  readonly quality: number;
  readonly types: {
    /** What a browser encodes a photograph as: the first of these that it can. */
    readonly photograph: readonly VariantType[];
    /** The same of what may be transparent, or drawn. */
    readonly other: readonly VariantType[];
    /** what the server encodes anything as */
    readonly server: Exclude<VariantType, "image/png">;
  };
}

/**
 * Each size that is derived from an image. What browsers and the server make, send, check, keep, show and delete follows from
 * this table; README.md says how to add one.
 */
export const variants = {
  thumb: {
    side: 480,
    maxBytes: 1_048_576,
    quality: 75,
    types: {
      photograph: ["image/webp", "image/jpeg"],
      other: ["image/webp", "image/png"],
      server: "image/webp",
    },
  },
  display: {
    side: 2048,
    maxBytes: 16_777_216,
    quality: 82,
    types: {
      // WebP takes browsers ten times as long: see “WebP or JPEG” in README.md.
      photograph: ["image/jpeg"],
      other: ["image/webp", "image/png"],
      server: "image/webp",
    },
  },
} as const satisfies Record<string, Variant>;

export type VariantKind = keyof typeof variants;
export const variantKinds = Object.keys(variants) as VariantKind[];
/** Each is made of the one before it. */
export const largestFirst = [...variantKinds].sort((one, other) => variants[other].side - variants[one].side);
export const largestSide = Math.max(...variantKinds.map((kind) => variants[kind].side));

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
