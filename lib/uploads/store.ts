import "server-only";
import fs from "node:fs";
import { eq } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { stores } from "@/lib/db/schema";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { bucketClient } from "@/lib/storage/bucket-client";
import { type Examination, examineBucket } from "@/lib/storage/doctor/examine";
import { s3Traits, type Traits, traitsShape, withOverride } from "@/lib/storage/stores/traits";

/** A refusal is no reason to examine the store again sooner. */
const anewAfterMs = 60_000;

let known: Promise<void> | null = null;
let knownSince = new Date(0);
let anew: Promise<boolean> | null = null;
let triedAt = new Date(0);

/**
 * Sets the traits of this process's bucket, as they were last found out; where nobody has yet, they are found out now. Whatever
 * sends to the bucket, or lets others send, waits for it first. See "What a store can" in lib/storage/README.md.
 */
export function knowStore(): Promise<void> {
  known ??= learn().catch((error: unknown) => {
    known = null;
    throw error;
  });
  return known;
}

/** Sets the traits as they were last kept, where somebody has; finds out nothing, and makes no database. */
export async function recallStore(): Promise<void> {
  const { databaseUrl } = env();
  if (databaseUrl.startsWith("file:") && !fs.existsSync(databaseUrl.replace(/^file:(\/\/)?/, ""))) return;
  const row = await findRow();
  if (row !== null) use(row);
}

/** Examines the bucket and keeps what its store can. Takes up to ten seconds. */
export async function examineStore(): Promise<Examination> {
  const examination = await examineBucket(bucketClient(), env());
  if (examination.traits !== null) await rememberTraits(examination.traits);
  return examination;
}

export type Findings = Examination["findings"];

/** Keeps what the store of this process's bucket can, for every instance. */
export async function rememberTraits(traits: Traits): Promise<void> {
  const row = { traits, foundAt: now() };
  await database()
    .orm.insert(stores)
    .values({ bucketUrl: bucketClient().publicUrl, ...row })
    .onConflictDoUpdate({ target: stores.bucketUrl, set: row });
  use(row);
}

/**
 * After a refusal that contradicts the traits: takes over what another instance has found out since, or else examines the
 * bucket. Resolves to whether browsers have to send in another way now.
 */
export function findStoreAnew(): Promise<boolean> {
  anew ??= relearn().finally(() => {
    anew = null;
  });
  return anew;
}

/** As in a new process. */
export function forgetStore(): void {
  [known, anew] = [null, null];
  [knownSince, triedAt] = [new Date(0), new Date(0)];
  bucketClient().traits = s3Traits;
}

async function learn(): Promise<void> {
  // Pail's own bucket does what S3 does, and needs no examination.
  if (env().bucket.local !== null) return use({ traits: s3Traits, foundAt: now() });
  const row = await findRow();
  if (row !== null) return use(row);
  const { traits, findings } = await examineStore();
  if (traits === null)
    log.warn(
      { findings: findings.filter(({ level }) => level === "fatal") },
      "it is not known what the store can",
    );
}

async function relearn(): Promise<boolean> {
  await knowStore();
  if (env().bucket.local !== null) return false;
  const before = wayOf(bucketClient().traits);
  const row = await findRow();
  if (row !== null && row.foundAt > knownSince) use(row);
  else if (now().getTime() - triedAt.getTime() >= anewAfterMs) {
    triedAt = now();
    await examineStore();
  }
  return wayOf(bucketClient().traits) !== before;
}

interface Found {
  traits: Traits;
  foundAt: Date;
}

/** null where nobody has found out, or an older Pail did, which asked for less */
async function findRow(): Promise<Found | null> {
  const [row] = await database()
    .orm.select()
    .from(stores)
    .where(eq(stores.bucketUrl, bucketClient().publicUrl));
  const traits = traitsShape.safeParse(row?.traits);
  return row === undefined || !traits.success ? null : { traits: traits.data, foundAt: row.foundAt };
}

function use({ traits, foundAt }: Found): void {
  known = Promise.resolve();
  bucketClient().traits = withOverride(traits, env().upload);
  knownSince = foundAt;
}

/** What a grant follows from. */
const wayOf = ({ upload, objectDigest, partDigest, signsEmptyHeaders, writeConditions }: Traits): string =>
  JSON.stringify([upload, objectDigest, partDigest, signsEmptyHeaders, writeConditions]);
