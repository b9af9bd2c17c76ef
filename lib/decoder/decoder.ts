import "server-only";
import os from "node:os";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { formatOf } from "@/lib/images/formats/table";
import { damaged, type Inspection } from "@/lib/images/inspect";
import {
  byKind,
  largestKind,
  longestSides,
  partOf,
  type Size,
  sizesOf,
  targetSize,
  thumbhashSize,
  type VariantKind,
  variantKinds,
  variants,
} from "@/lib/images/variants";
import { ask } from "./ask";
import type { Answer, Bounds, ServerType, Task, VariantTask, Versions } from "./contract";
import { edit, withReaderOf } from "./edit";
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

/** What `inspect` found of the file. */
interface Picture extends Pick<Inspection, "type" | "width" | "height" | "orientation" | "decoding"> {
  /** a copy: it is changed where decoders have to be helped */
  file: string;
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
  const answer = await askHelped(picture, task, within);
  if (answer.status !== "decoded")
    throw damaged(new Error(answer.status === "refused" ? answer.reason : answer.status));
  const made = byKind(kinds, (kind) => {
    const variant = answer.variants[kind];
    if (variant === undefined) throw new Error(`the decoder left out the ${kind}`);
    return variant;
  });
  return { variants: made, thumbhash: Buffer.from(answer.thumbhash).toString("base64") };
}

/** What one file may take is for both tries together. */
async function askHelped({ file, type, decoding }: Picture, task: Task, within: Bounds): Promise<Answer> {
  const endsAt = performance.now() + within.maxMilliseconds;
  await edit(file, decoding.edits);
  const answer = await ask({ task, ...within });
  const { mend } = formatOf(type);
  if (answer.status !== "refused" || mend === null || decoding.edits.length > 0) return answer;
  const mended = await withReaderOf(file, mend).catch((error: unknown) => {
    // There is nothing to mend: the decoder's own reason stands.
    if (error instanceof AppError && error.code === "damaged_image") return null;
    throw error;
  });
  if (mended === null) return answer;
  await edit(file, mended.edits);
  const maxMilliseconds = Math.max(1, Math.round(endsAt - performance.now()));
  return ask({ task, ...within, maxMilliseconds });
}

/** Asks the decoder itself, so that whoever reads the answer knows that it runs. Throws DecoderFailure. */
export async function decoderVersions(): Promise<Versions> {
  const answer = await ask({ task: "versions", ...bounds });
  if (answer.status === "versions") return answer.versions;
  throw new Error(answer.status === "refused" ? answer.reason : answer.status);
}

function taskOf(
  { file, type, width, height, orientation, decoding }: Picture,
  kinds: readonly VariantKind[],
  limits: Pick<Task, "maxPixels" | "maxMemoryBytes">,
): Task {
  const largest = targetSize({ width, height }, largestKind);
  const part = partOf(largest, "thumb");
  return {
    ...{ file, type, width, height, crop: decoding.crop },
    orientation: formatOf(type).turnedBy === "exif" ? orientation : 1,
    ...limits,
    largest,
    variants: variantKinds.filter((kind) => kinds.includes(kind)).map((kind) => variantTask(largest, kind)),
    thumbhash: { part, ...thumbhashSize(part) },
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
