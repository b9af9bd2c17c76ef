import "server-only";
import { randomBytes } from "node:crypto";
import {
  GetBucketOwnershipControlsCommand,
  GetPublicAccessBlockCommand,
  type PublicAccessBlockConfiguration,
  PutBucketOwnershipControlsCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import type { BucketClient } from "../bucket-client";
import { StorageError } from "../s3-failure";
import { Storage } from "../storage";
import { presentValue, type Setting } from "./setting";

const everything = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
} satisfies PublicAccessBlockConfiguration;
const butAcls = { ...everything, BlockPublicAcls: false };

/**
 * No ACL and no policy can open the bucket to anyone. Under BlockPublicAcls a store may refuse private writes too
 * ("refuses-private-writes-under-block" in testing/stores/quirks.ts), so a write is tried, and the other three are left where it
 * fails.
 */
export const publicAccessBlock: Setting = {
  id: "public-access",
  name: "Block Public Access",
  async propose(bucket, { locations }) {
    const ask = async () =>
      (await bucket.s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket.name })))
        .PublicAccessBlockConfiguration;
    const present = await presentValue(bucket, "GetPublicAccessBlock", ask);
    if (present !== null && isAtLeast(present, everything)) return { changes: [] };
    if (present !== null && isAtLeast(present, butAcls)) {
      const why = `${bucket.host} would refuse private writes too; the other three are on.`;
      return { changes: [], unsupported: [{ what: "BlockPublicAcls", why }] };
    }
    const apply = async () => {
      await put(bucket, everything);
      if (!(await takesPrivateWrites(new Storage(bucket, locations.incoming)))) await put(bucket, butAcls);
    };
    const what = "Let no ACL and no policy make the bucket public (Block Public Access)";
    return {
      changes: [
        { id: "public-access", what, why: "One slip in the console would open every picture.", apply },
      ],
    };
  },
};

const isAtLeast = (
  present: PublicAccessBlockConfiguration,
  wanted: typeof everything | typeof butAcls,
): boolean =>
  (Object.keys(wanted) as (keyof typeof everything)[]).every(
    (name) => !wanted[name] || present[name] === true,
  );

async function put({ s3, name }: BucketClient, settings: PublicAccessBlockConfiguration): Promise<void> {
  await s3.send(new PutPublicAccessBlockCommand({ Bucket: name, PublicAccessBlockConfiguration: settings }));
}

async function takesPrivateWrites(incoming: Storage): Promise<boolean> {
  const probe = `setup-${randomBytes(8).toString("hex")}`;
  try {
    await incoming.save(probe, "", { type: "text/plain" });
  } catch (error) {
    if (error instanceof StorageError && error.code === "access_denied") return false;
    throw error;
  }
  await incoming.delete([probe]);
  return true;
}

/** Every object belongs to the bucket's owner, and ACLs mean nothing. */
export const ownership: Setting = {
  id: "ownership",
  name: "Object ownership (ACLs off)",
  async propose(bucket) {
    const target = { Bucket: bucket.name };
    const ask = async () =>
      (await bucket.s3.send(new GetBucketOwnershipControlsCommand(target))).OwnershipControls?.Rules;
    const present = await presentValue(bucket, "GetBucketOwnershipControls", ask);
    if (present?.[0]?.ObjectOwnership === "BucketOwnerEnforced") return { changes: [] };
    const apply = async () => {
      const OwnershipControls = { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" as const }] };
      await bucket.s3.send(new PutBucketOwnershipControlsCommand({ ...target, OwnershipControls }));
    };
    const what = "Turn ACLs off (object ownership: bucket owner enforced)";
    return {
      changes: [
        { id: "ownership", what, why: "An ACL could give an object away, past every policy.", apply },
      ],
    };
  },
};
