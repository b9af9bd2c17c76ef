import "server-only";
import fs from "node:fs";
import { eq } from "drizzle-orm";
import { countUse } from "@/lib/accounts/rate-limit";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { stores } from "@/lib/db/schema";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { type BucketClient, bucketClient } from "@/lib/storage/bucket-client";
import { type Examination, examineBucket } from "@/lib/storage/doctor/examine";
import { type Finding, findingsShape } from "@/lib/storage/doctor/finding";
import { s3Traits, type Traits, traitsShape, withOverride } from "@/lib/storage/stores/traits";

/** A refusal is no reason to examine the store again sooner. */
const anewAfterMs = 60_000;
/** Not every instance meets a refusal: so long one goes on as it knows the store, though another has found out otherwise. */
const lookAgainAfterMs = 60_000;
const examineRate = { max: 20, windowSeconds: 10 * 60 };

let known: Promise<void> | null = null;
let knownSince = new Date(0);
let lookedAt = new Date(0);
let anew: Promise<boolean> | null = null;
let examining: Promise<Examination> | null = null;
let triedAt = new Date(0);

/**
 * Sets the traits of this process's bucket, as they were last found out; where nobody has yet, they are found out now. Whatever
 * sends to the bucket, or lets others send, waits for it first. Once a minute it looks whether another instance knows better. See
 * "What a store can" in lib/storage/README.md.
 */
export async function knowStore(): Promise<void> {
  await learnOnce();
  if (now().getTime() - lookedAt.getTime() >= lookAgainAfterMs) await takeOverStore();
}

/** Takes over what another instance has found out since, and only that; resolves to whether there was something. */
export async function takeOverStore(): Promise<boolean> {
  if (env().bucket.local !== null) return false;
  lookedAt = now();
  const row = await findRow();
  // By its clock, which may be behind ours.
  if (row === null || row.foundAt.getTime() === knownSince.getTime()) return false;
  use(row);
  return true;
}

/** Sets the traits as they were last kept, where somebody has; finds out nothing, and makes no database. */
export async function recallStore(): Promise<void> {
  const { databaseUrl } = env();
  if (databaseUrl.startsWith("file:") && !fs.existsSync(databaseUrl.replace(/^file:(\/\/)?/, ""))) return;
  const row = await findRow();
  if (row !== null) use(row);
}

/** Examines the bucket, and keeps what its store can and what the doctor said. Takes up to ten seconds; of two at once one does it. */
export function examineStore(): Promise<Examination> {
  examining ??= examineAndKeep().finally(() => {
    examining = null;
  });
  return examining;
}

/** The same because somebody asks for it. Throws AppError `not_found` for whoever is no admin, and `rate_limited`. */
export async function examineStoreFor(viewer: Viewer): Promise<void> {
  if (viewer.role !== "admin") throw new AppError("not_found", "There is no such page.");
  await countUse(`examine:${viewer.id}`, examineRate);
  await examineStore();
}

export type Findings = Finding[];

/** What the doctor said when it last examined the bucket of this process; null where no Pail has kept that. */
export async function findLastExamination(): Promise<{ findings: Findings; examinedAt: Date } | null> {
  const [row] = await database()
    .orm.select({ findings: stores.findings, examinedAt: stores.examinedAt })
    .from(stores)
    .where(isThisBucket());
  const findings = findingsShape.safeParse(row?.findings);
  if (!row?.examinedAt || !findings.success) return null;
  return { findings: findings.data, examinedAt: row.examinedAt };
}

/** Keeps what the store of this process's bucket can, and what the doctor said of it, for every instance. */
export async function rememberExamination({
  traits,
  findings,
}: Pick<Examination, "traits" | "findings">): Promise<void> {
  const at = now();
  const examined = { findings, examinedAt: at };
  if (traits === null) return keep(examined);
  const found = { traits, foundAt: at };
  await keep({ ...found, ...examined });
  use(found);
}

/**
 * Sets the traits of another bucket than this process's, as they were last kept; where nobody has found them out, they are found out
 * now, and kept. Throws AppError `unfit_bucket` where they cannot be.
 */
export async function knowOtherStore(bucket: BucketClient, isLocal: boolean): Promise<void> {
  if (isLocal) return;
  const row = await findRow(bucket);
  if (row !== null) {
    bucket.traits = row.traits;
    return;
  }
  // How browsers are to send to this process's bucket says nothing of the other one.
  const { traits, findings } = await examineBucket(bucket, { ...env(), upload: "auto" });
  if (traits === null) {
    const sentences = findings.flatMap((found) => (found.level === "fatal" ? [`${found.what}.`] : []));
    throw new AppError("unfit_bucket", sentences.join(" ") || "It is not known what this store can.");
  }
  bucket.traits = traits;
  await keep({ traits, foundAt: now(), findings, examinedAt: now() }, bucket);
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
  [knownSince, lookedAt, triedAt] = [new Date(0), new Date(0), new Date(0)];
  bucketClient().traits = s3Traits;
}

async function examineAndKeep(): Promise<Examination> {
  const examination = await examineBucket(bucketClient(), env());
  await rememberExamination(examination);
  return examination;
}

async function keep(
  changes: Partial<typeof stores.$inferInsert>,
  { publicUrl }: Pick<BucketClient, "publicUrl"> = bucketClient(),
): Promise<void> {
  const unknown = { traits: {}, foundAt: now() };
  await database()
    .orm.insert(stores)
    .values({ ...unknown, ...changes, bucketUrl: publicUrl })
    .onConflictDoUpdate({ target: stores.bucketUrl, set: changes });
}

const isThisBucket = () => eq(stores.bucketUrl, bucketClient().publicUrl);

function learnOnce(): Promise<void> {
  known ??= learn().catch((error: unknown) => {
    known = null;
    throw error;
  });
  return known;
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
  await learnOnce();
  if (env().bucket.local !== null) return false;
  const before = wayOf(bucketClient().traits);
  const isTakenOver = await takeOverStore();
  if (!isTakenOver && now().getTime() - triedAt.getTime() >= anewAfterMs) {
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
async function findRow({ publicUrl } = bucketClient()): Promise<Found | null> {
  const [row] = await database().orm.select().from(stores).where(eq(stores.bucketUrl, publicUrl));
  const traits = traitsShape.safeParse(row?.traits);
  return row === undefined || !traits.success ? null : { traits: traits.data, foundAt: row.foundAt };
}

function use({ traits, foundAt }: Found): void {
  known = Promise.resolve();
  lookedAt = now();
  bucketClient().traits = withOverride(traits, env().upload);
  knownSince = foundAt;
}

/** What a grant follows from. */
const wayOf = ({ upload, objectDigest, partDigest, signsEmptyHeaders, writeConditions }: Traits): string =>
  JSON.stringify([upload, objectDigest, partDigest, signsEmptyHeaders, writeConditions]);
