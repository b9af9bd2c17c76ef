import "server-only";
import type { Env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import type { BucketClient } from "./bucket-client";
import { Storage } from "./storage";

/** No picture is called so: see “Half copied buckets” in lib/move/README.md. */
const name = "half-copied.json";
type Locations = Pick<Env["locations"], "media">;

const mediaOf = (bucket: BucketClient, { media }: Locations) => new Storage(bucket, media);

/** The key that says of a bucket that it is half copied. */
export const halfCopiedKey = ({ media }: Locations): string => `${media}/${name}`;

/** From now on the bucket says of itself that it is not whole. */
export async function markHalfCopied(bucket: BucketClient, locations: Locations): Promise<void> {
  const note = { note: "“npm run manage -- bucket copy” into this bucket has not come to its end." };
  await mediaOf(bucket, locations).save(name, JSON.stringify(note), {
    type: "application/json",
    overwrite: true,
  });
}

export const unmarkHalfCopied = (bucket: BucketClient, locations: Locations): Promise<void> =>
  mediaOf(bucket, locations).delete([name]);

export const isHalfCopied = (bucket: BucketClient, locations: Locations): Promise<boolean> =>
  mediaOf(bucket, locations).exists(name);

/** Throws AppError `unfit_bucket` where a copy into the bucket has not come to its end. */
export async function requireWholeBucket(bucket: BucketClient, locations: Locations): Promise<void> {
  if (await isHalfCopied(bucket, locations)) throw new AppError("unfit_bucket", halfCopiedSentence(bucket));
}

export const halfCopiedSentence = (bucket: Pick<BucketClient, "name" | "host">): string =>
  `The bucket ${bucket.name} at ${bucket.host} is half copied: ${halfCopiedMend}`;

export const halfCopiedMend =
  "run “npm run manage -- bucket copy” to its end, with the settings of the bucket that it is copied from";
