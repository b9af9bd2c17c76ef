import "server-only";
import os from "node:os";
import { env } from "@/lib/env";
import type { ImageType } from "@/lib/images/contract";
import { damaged } from "@/lib/images/inspect";
import {
  byKind,
  largestKind,
  longestSides,
  partOf,
  type Size,
  sizesOf,
  targetSize,
  type VariantKind,
  variantKinds,
  variants,
} from "@/lib/images/variants";
import { ask } from "./ask";
import type { Bounds, ServerType, Task, VariantTask, Versions } from "./contract";
import { Turns } from "./turns";

const GiB = 1024 ** 3;
/** of the machine, or of the container that this process is in */
const allMemoryBytes = Math.min(os.totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

/** What one picture may take: see “Bounds” in README.md. */
export const bounds: Bounds = {
  maxMilliseconds: 30_000,
  maxMemoryBytes: Math.floor(Math.min(2 * GiB, allMemoryBytes / 2)),
};

const turns = new Turns(2);

/** Runs work that decodes a picture of this person, once it is their turn. */
export const inTurn = <T>(ownerId: string, work: () => Promise<T>): Promise<T> => turns.take(ownerId, work);

/** `width` and `height` are those that `inspect` found. */
interface Picture extends Size {
  file: string;
  type: ImageType;
}

interface MadeVariants<K extends VariantKind> {
  variants: Record<K, { type: ServerType; bytes: Uint8Array }>;
  /** base64 */
  thumbhash: string;
}

/**
 * What a browser makes of a picture, made beside the server, where no script of ours prepared it: upright, in sRGB, without
 * metadata. To be called `inTurn`. Throws AppError `damaged_image`, also where what is decoded is not what was inspected, and
 * DecoderFailure.
 */
export async function makeVariants<K extends VariantKind>(
  picture: Picture,
  kinds: readonly K[],
  within = bounds,
): Promise<MadeVariants<K>> {
  const { maxMemoryBytes } = within;
  const task = taskOf(picture, kinds, { maxPixels: env().limits.maxPixels, maxMemoryBytes });
  const answer = await ask({ task, ...within });
  if (answer.status !== "decoded")
    throw damaged(new Error(answer.status === "refused" ? answer.reason : answer.status));
  const made = byKind(kinds, (kind) => {
    const variant = answer.variants[kind];
    if (variant === undefined) throw new Error(`the decoder left out the ${kind}`);
    return variant;
  });
  return { variants: made, thumbhash: Buffer.from(answer.thumbhash).toString("base64") };
}

/** Asks the decoder itself, so that whoever reads the answer knows that it runs. Throws DecoderFailure. */
export async function decoderVersions(): Promise<Versions> {
  const answer = await ask({ task: "versions", ...bounds });
  if (answer.status === "versions") return answer.versions;
  throw new Error(answer.status === "refused" ? answer.reason : answer.status);
}

function taskOf(
  picture: Picture,
  kinds: readonly VariantKind[],
  limits: Pick<Task, "maxPixels" | "maxMemoryBytes">,
): Task {
  const largest = targetSize(picture, largestKind);
  const part = partOf(largest, "thumb");
  return {
    ...picture,
    ...limits,
    largest,
    variants: variantKinds.filter((kind) => kinds.includes(kind)).map((kind) => variantTask(largest, kind)),
    thumbhash: { part, ...within(part, thumbhashSide) },
  };
}

function variantTask(largest: Size, kind: VariantKind): VariantTask {
  const { quality, maxBytes, types } = variants[kind];
  return {
    kind,
    part: partOf(largest, kind),
    sizes: sizesOf(largest, kind),
    types: types.server.map((type) => ({ type, longest: longestSides[type] })),
    quality,
    maxBytes,
  };
}

/** rgbaToThumbHash takes no more, and needs no more. */
const thumbhashSide = 100;

function within({ width, height }: Size, side: number): Size {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
