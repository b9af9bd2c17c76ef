import "server-only";
import { now } from "@/lib/clock";
import { byKindAtOnce } from "@/lib/images/variants";
import { bucketClient } from "@/lib/storage/bucket-client";
import { secondsOfSigned } from "@/lib/storage/credentials";
import { incoming } from "@/lib/storage/locations";
import type { ObjectGrant, ObjectKind } from "./contract";
import { incomingName, type Upload } from "./objects";

/** How long a form, or a signed PUT, can be used. */
export const policySeconds = 15 * 60;

export const endOfPolicy = (): Date => new Date(now().getTime() + policySeconds * 1000);

/** What of an upload is in the bucket, by kind. */
export type Present<K extends ObjectKind> = Partial<Record<K, "arrived" | "another">>;

/**
 * The page before this one may have been closed before it heard. What arrived is checked by confirm, as ever; `another` is what
 * cannot be it.
 */
export async function findPresent<K extends ObjectKind>(
  { id, objects }: Upload,
  kinds: readonly K[],
): Promise<Present<K>> {
  const found = await Promise.all(kinds.map((kind) => incoming().metadata(incomingName(id, kind))));
  const entries = kinds.map((kind, index) => {
    const object = found[index] ?? null;
    if (object === null) return [kind, undefined];
    const announced = objects[kind];
    const isIt =
      object.bytes === announced?.bytes && (object.sha256 === null || object.sha256 === announced?.sha256);
    return [kind, isIt ? "arrived" : "another"];
  });
  return Object.fromEntries(entries);
}

/** With which its objects can be put, each and no other. */
export function grantsOf<K extends ObjectKind>(
  { id, objects, expiresAt }: Upload,
  kinds: readonly K[],
  present: Present<K>,
): Promise<Record<K, ObjectGrant>> {
  return byKindAtOnce(kinds, (kind) => {
    const object = objects[kind];
    if (object === undefined) throw new Error(`upload ${id} has no ${kind}`);
    const mayReplace = present[kind] === "another";
    const grant = { ...object, metadata: metadataOf(id), expiresAt, mayReplace };
    return incoming().uploadGrant(incomingName(id, kind), grant);
  });
}

/** What every object of an upload says of itself. */
export const metadataOf = (uploadId: string): Record<string, string> => ({ upload: uploadId });

/** How long what was granted can be used. */
export const secondsLeft = ({ expiresAt }: Upload): Promise<number> =>
  secondsOfSigned(bucketClient().s3, expiresAt, now());
