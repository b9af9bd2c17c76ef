import "server-only";
import type { BucketClient } from "../bucket-client";
import { StorageError } from "../s3-failure";
import { requireBucketName } from "./bucket-name";
import { bucketPolicy } from "./bucket-policy";
import { cors } from "./cors";
import { creation } from "./creation";
import { lifecycle } from "./lifecycle";
import { ownership, publicAccessBlock } from "./public-access";
import type { Change, Setting, Unsupported, Wishes } from "./setting";

/** In the order in which they are made: an open door is closed before a new one is cut. */
const settings: Setting[] = [creation, publicAccessBlock, ownership, bucketPolicy, lifecycle, cors];

export interface SetupPlan {
  changes: Change[];
  unsupported: Unsupported[];
}

/**
 * What differs from what Pail needs. Changes nothing. Throws AppError `bad_bucket_name` before it asks anything, and
 * StorageError where the settings may not be read.
 */
export async function planSetup(bucket: BucketClient, wishes: Wishes): Promise<SetupPlan> {
  requireBucketName(bucket.name, bucket.publicUrl);
  const plan: SetupPlan = { changes: [], unsupported: [] };
  for (const setting of settings) {
    await orUnsupported(plan, setting.name, async () => {
      const { changes, unsupported = [] } = await setting.propose(bucket, wishes);
      plan.changes.push(...changes);
      plan.unsupported.push(...unsupported);
    });
  }
  return plan;
}

/**
 * Makes the bucket what Pail needs, and tells what it changed; a second run changes nothing. Some stores take a setting and
 * do not keep it: what is asked for again afterwards counts as unsupported.
 */
export async function setUpBucket(bucket: BucketClient, wishes: Wishes): Promise<SetupPlan> {
  const created = (await planSetup(bucket, wishes)).changes.filter(({ id }) => id === creation.id);
  for (const change of created) await change.apply();
  // Only a bucket that is there tells what its store supports.
  const plan = await planSetup(bucket, wishes);
  const applied: SetupPlan = { changes: created, unsupported: plan.unsupported };
  for (const change of plan.changes) {
    await orUnsupported(applied, change.what, async () => {
      await change.apply();
      applied.changes.push(change);
    });
  }
  const after = applied.changes.length === 0 ? plan : await planSetup(bucket, wishes);
  const isKept = ({ id }: Change) => !after.changes.some((again) => again.id === id);
  const dropped = applied.changes.filter((change) => !isKept(change)).map(notKept);
  const known = settings.filter(({ name }) => !after.unsupported.some(({ what }) => what === name));
  const verified = await Promise.all(known.map((setting) => setting.verify?.(bucket, wishes) ?? []));
  const lacks = [...applied.unsupported, ...after.unsupported, ...dropped, ...verified.flat()];
  return {
    changes: applied.changes.filter(isKept),
    unsupported: [...new Map(lacks.map((lack) => [lack.what, lack])).values()],
  };
}

const notKept = ({ what }: Change): Unsupported => ({
  what,
  why: "The store takes it and does not keep it.",
});

async function orUnsupported(plan: SetupPlan, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== "not_supported") throw error;
    plan.unsupported.push({ what, why: error.message });
  }
}
