import "server-only";
import type { BucketClient } from "../bucket-client";
import type { StorageError } from "../s3-failure";
import { requireBucketName } from "./bucket-name";
import { bucketPolicy } from "./bucket-policy";
import { cors } from "./cors";
import { creation } from "./creation";
import { lifecycle } from "./lifecycle";
import { ownership, publicAccessBlock } from "./public-access";
import {
  type Change,
  type Found,
  isLack,
  type Known,
  type Proposal,
  type Refusal,
  type Remainder,
  requireSettingAtFault,
  type Setting,
  type Unsupported,
  type Wishes,
  wordsOf,
} from "./setting";

/** In the order in which they are made: an open door is closed before a new one is cut. */
const settings: Setting[] = [publicAccessBlock, ownership, bucketPolicy, lifecycle, cors];

export interface SetupPlan {
  changes: Change[];
  /** what this store cannot do */
  unsupported: Unsupported[];
  /** what was refused and somebody has to do something about */
  refused: Refusal[];
  /** what somebody may decide, each a sentence that says how */
  offers: string[];
  /** what was found out of the store */
  found: Found;
}

/**
 * What differs from what Pail needs, and what setup would do about it: what is known of the store, as setup or the doctor has found
 * it, is not proposed in vain. Changes nothing. Throws AppError `bad_bucket_name` before it asks anything, and StorageError where
 * the connection, the credentials or the bucket is at fault; a setting that may not be read is in `refused`.
 */
export async function planSetup(
  bucket: BucketClient,
  wishes: Wishes,
  known: Partial<Known> = {},
): Promise<SetupPlan> {
  requireBucketName(bucket.name, bucket.publicUrl);
  const run: Run = { bucket, wishes, plan: emptyPlan((await creation.propose(bucket, wishes)).changes) };
  for (const look of await lookAt(bucket, wishes, known)) {
    run.plan.changes.push(...(look.proposal?.changes ?? []));
    await addLook(run, look);
  }
  return run.plan;
}

/**
 * Makes the bucket what Pail needs, one setting after another: one that is refused is reported, and the others are made. Tells what
 * it changed; a second run changes nothing, and says the same. Some stores take a setting and do not keep it, or not all of it: what is
 * asked for again afterwards is reported too. Throws as planSetup does.
 */
export async function setUpBucket(bucket: BucketClient, wishes: Wishes): Promise<SetupPlan> {
  requireBucketName(bucket.name, bucket.publicUrl);
  const created = (await creation.propose(bucket, wishes)).changes;
  for (const change of created) await change.apply();
  // Only a bucket that is there tells what its store supports.
  const before = await lookAt(bucket, wishes, null);
  learnVersions(bucket, before);
  const { applied, failed } = await applyAll(before.flatMap(({ proposal }) => proposal?.changes ?? []));
  const after = applied.length === 0 ? before : await lookAt(bucket, wishes, null);
  const remaining = new Set(after.flatMap(({ proposal }) => proposal?.changes.map(({ id }) => id) ?? []));
  const kept = applied.filter(({ id }) => !remaining.has(id));
  const run: Run = { bucket, wishes, plan: emptyPlan([...created, ...kept]) };
  for (const look of after) {
    await addLook(run, look);
    const { setting, proposal } = look;
    for (const change of proposal?.changes ?? [])
      await addUndone(run, setting, change, failed.get(change.id));
    if (proposal?.changes.length === 0 && proposal.cannot === undefined)
      add(run, { unsupported: (await setting.verify?.(bucket, wishes)) ?? [] });
  }
  return run.plan;
}

interface Run {
  bucket: BucketClient;
  wishes: Wishes;
  plan: SetupPlan;
}

interface Look {
  setting: Setting;
  /** null where it could not be read */
  proposal: Proposal | null;
  error: StorageError | null;
}

async function lookAt(bucket: BucketClient, wishes: Wishes, known: Partial<Known> | null): Promise<Look[]> {
  const looks: Look[] = [];
  for (const setting of settings) {
    try {
      looks.push({ setting, proposal: await setting.propose(bucket, wishes, known), error: null });
    } catch (error) {
      looks.push({ setting, proposal: null, error: requireSettingAtFault(error) });
    }
  }
  return looks;
}

/** What setup tries and takes away again leaves no older version. */
function learnVersions(bucket: BucketClient, looks: Look[]): void {
  const isVersioned = looks.some(({ proposal }) => proposal?.found?.versions === "on");
  if (isVersioned && bucket.traits.versions === "none") bucket.traits = { ...bucket.traits, versions: "on" };
}

async function applyAll(changes: Change[]) {
  const applied: Change[] = [];
  const failed = new Map<string, StorageError>();
  for (const change of changes) {
    try {
      await change.apply();
      applied.push({ ...change, what: change.done?.() ?? change.what });
    } catch (error) {
      failed.set(change.id, requireSettingAtFault(error));
    }
  }
  return { applied, failed };
}

const emptyPlan = (changes: Change[]): SetupPlan => ({
  changes,
  unsupported: [],
  refused: [],
  offers: [],
  found: { cors: null, policies: null, lifecycle: null, versions: null },
});

function add({ plan }: Run, { unsupported = [], refused = [], found }: Remainder): void {
  plan.refused.push(...refused);
  plan.unsupported.push(...unsupported);
  Object.assign(plan.found, found);
}

/** All that is to be said of a setting but for its changes. */
async function addLook(run: Run, { setting, proposal, error }: Look): Promise<void> {
  if (proposal !== null) {
    add(run, proposal);
    run.plan.offers.push(...(proposal.offers ?? []));
    if (proposal.cannot !== undefined) await addWithout(run, setting, proposal.cannot);
  } else if (error !== null && isLack(error)) await addWithout(run, setting, wordsOf(error));
  else if (error !== null) {
    const { id, name: what } = setting;
    add(run, { refused: [{ id, code: error.code, what, why: wordsOf(error) }] });
  }
}

/** A store that does not know the setting. */
async function addWithout(run: Run, setting: Setting, why: string): Promise<void> {
  await addLack(run, setting, { what: setting.name, why });
  add(run, { ...(setting.otherwise && { found: setting.otherwise }) });
}

/** A change that was refused, or was taken and is wanted still. */
async function addUndone(
  run: Run,
  setting: Setting,
  { id, what, lack = what, whyNot, otherwise, isNeeded = false }: Change,
  error: StorageError | undefined,
): Promise<void> {
  if (error !== undefined && (isNeeded || !isLack(error))) {
    add(run, { refused: [{ id, code: error.code, what, why: wordsOf(error) }] });
    return;
  }
  const why = whyNot ?? (error === undefined ? notKept : wordsOf(error));
  await addLack(run, setting, { what: lack, why });
  add(run, { ...(otherwise && { found: otherwise }) });
}

const notKept = "The store takes it and does not keep it.";

async function addLack(run: Run, setting: Setting, lack: Unsupported): Promise<void> {
  const without = await setting.without?.(run.bucket, run.wishes, lack.why);
  add(run, without ?? { unsupported: [lack] });
}
