import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Crc32c } from "@aws-sdk/checksums/crc";
import sharp from "sharp";
import type { Viewer } from "@/lib/accounts/viewer";
import { database, openDatabase, setDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { users } from "@/lib/db/schema";
import { env, setEnv } from "@/lib/env";
import { newId } from "@/lib/ids";
import { byKind, byKindInTurn, variantKinds, variants } from "@/lib/images/variants";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { bucketClient } from "@/lib/storage/bucket-client";
import type { Digest } from "@/lib/storage/contract";
import { examineBucket } from "@/lib/storage/doctor/examine";
import { setUpBucket } from "@/lib/storage/setup/set-up";
import { type Found, knownAfter } from "@/lib/storage/setup/setting";
import { s3Traits, type Traits } from "@/lib/storage/stores/traits";
import { openLibsqlFile } from "@/lib/testing/libsql-file";
import { emptyAndDelete, keepVersionsIfWanted } from "@/lib/testing/other-store";
import {
  type ImageOffer,
  type ObjectGrant,
  type ObjectKind,
  objectKinds,
  type PartGrant,
  type PostForm,
  type PutRequest,
  partsOf,
  type WantedDigests,
} from "@/lib/uploads/contract";
import { knowStore } from "@/lib/uploads/store";

/**
 * For tests: a real database in a folder of its own and a real bucket: a local one in this process, or one in the store that
 * S3_CONTRACT_ENDPOINT names, as for the local bucket's contract.
 */
export async function startTestPail(driver: "better-sqlite3" | "libsql" = "better-sqlite3") {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), "pail-test-"));
  setEnv({ DATA_DIR: dataDir, S3_PORT: "0", APP_ORIGIN: "http://localhost:3000", DATABASE_URL: "" });
  const store = await (otherStore.S3_CONTRACT_ENDPOINT === undefined
    ? startBucketHere(dataDir)
    : makeBucketThere());
  const url = `file:${path.join(dataDir, "pail.sqlite")}`;
  setDatabase(driver === "libsql" ? openLibsqlFile(url) : openDatabase(url));
  await migrate(database());
  const { found } = await setUpBucket(bucketClient(), { ...env(), origins: [env().appOrigin] });
  await keepVersionsIfWanted(bucketClient().s3, bucketClient().name);
  if (otherStore.S3_CONTRACT_ENDPOINT !== undefined) await findTraits(found);
  return {
    stop: async () => {
      database().close();
      await store.stop();
      bucketClient().s3.destroy();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const otherStore = process.env;

async function startBucketHere(dataDir: string) {
  setEnv({ S3_BUCKET: "" });
  const { region, credentials } = env().bucket;
  if (credentials === undefined) throw new Error("the local bucket has credentials of its own");
  const bucket = await startLocalBucket({ dataDir: path.join(dataDir, "bucket"), region, credentials });
  setEnv({ S3_PORT: String(bucket.port) });
  return { stop: () => bucket.close() };
}

async function makeBucketThere() {
  setEnv({
    S3_BUCKET: `pail-test-${randomBytes(5).toString("hex")}`,
    S3_ENDPOINT: otherStore.S3_CONTRACT_ENDPOINT ?? "",
    S3_REGION: otherStore.S3_CONTRACT_REGION ?? "",
    AWS_ACCESS_KEY_ID: otherStore.S3_CONTRACT_ACCESS_KEY ?? "",
    AWS_SECRET_ACCESS_KEY: otherStore.S3_CONTRACT_SECRET_KEY ?? "",
  });
  return {
    stop: async () => {
      const bucket = bucketClient();
      await emptyAndDelete(bucket.s3, bucket.name);
    },
  };
}

/** What setup and the doctor find out of the store, for tests that ask nobody who keeps it. */
async function findTraits(found: Found): Promise<void> {
  const bucket = bucketClient();
  bucket.traits = { ...bucket.traits, ...knownAfter(bucket.traits, found) };
  bucket.traits = (await examineBucket(bucket, env())).traits ?? bucket.traits;
}

export async function addViewer(name = "Viewer"): Promise<Viewer> {
  const viewer = { id: newId(), name, email: `${newId()}@example.org`, role: "user" as const };
  const timestamps = { createdAt: new Date(), updatedAt: new Date() };
  await database()
    .orm.insert(users)
    .values({ ...viewer, ...timestamps });
  return viewer;
}

export interface TestPicture {
  offer: ImageOffer;
  bytes: Record<ObjectKind, Buffer>;
}

let pictures = 0;

/** A picture with its variants, as the browser makes them; each one has other pixels. */
export async function makePicture(name = "lake.jpg"): Promise<TestPicture> {
  pictures += 1;
  const background = { r: pictures % 256, g: (pictures * 7) % 256, b: (pictures * 31) % 256 };
  const picture = sharp({ create: { width: 640, height: 480, channels: 3, background } });
  const original = await picture.clone().jpeg().toBuffer();
  const sized = (side: number) => picture.clone().resize({ width: side, withoutEnlargement: true });
  const made = await byKindInTurn(variantKinds, (kind) => sized(variants[kind].side).webp().toBuffer());
  return pictureOf(name, { original, ...made });
}

/** The offer for these bytes. */
export function pictureOf(name: string, bytes: Record<ObjectKind, Buffer>): TestPicture {
  const object = <T extends string>(type: T, kind: ObjectKind) => ({
    type,
    bytes: bytes[kind].length,
    sha256: sha256(bytes[kind]),
  });
  const offer = {
    name,
    original: object("image/jpeg", "original"),
    ...byKind(variantKinds, (kind) => object("image/webp", kind)),
    thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI",
  } as const;
  return { offer, bytes };
}

/** Sends a form as a browser does. */
export function post(form: PostForm, bytes: Buffer, options: RequestInit = {}): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  body.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]));
  return fetch(form.url, { method: "POST", body, ...options });
}

/** Sends a signed PUT as a browser does. */
export function put({ url, headers }: PutRequest, bytes: Buffer): Promise<Response> {
  return fetch(url, { method: "PUT", headers, body: bytes as Uint8Array<ArrayBuffer> });
}

/** A grant where it is a form. */
export function formOf(grant: ObjectGrant): PostForm {
  if (grant.method !== "POST") throw new Error("it is no form");
  const { url, fields } = grant;
  return { url, fields };
}

export const send = (grant: ObjectGrant, bytes: Buffer): Promise<Response> =>
  grant.method === "POST" ? post(grant, bytes) : put(grant, bytes);

/** Sends all of a picture; the status of each answer. */
export async function postAll(
  grants: Record<ObjectKind, ObjectGrant>,
  { bytes }: TestPicture,
): Promise<number[]> {
  return Promise.all(objectKinds.map(async (kind) => (await send(grants[kind], bytes[kind])).status));
}

const digest = (algorithm: string, bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest("base64");
const sha256 = (bytes: Uint8Array): string => digest("sha256", bytes);

let largeOriginal: Promise<Buffer> | undefined;

async function makeLargeOriginal(): Promise<Buffer> {
  const raw = { width: 2800, height: 2400, channels: 3 } as const;
  const noise = randomBytes(raw.width * raw.height * raw.channels);
  return await sharp(noise, { raw }).png({ compressionLevel: 0 }).toBuffer();
}

/** Its original goes in two parts; each one has other bytes. */
export async function makeLargePicture(): Promise<TestPicture> {
  largeOriginal ??= makeLargeOriginal();
  const picture = await makePicture("large.png");
  const bytes = { ...picture.bytes, original: Buffer.concat([await largeOriginal, randomBytes(8)]) };
  const parts = partsOf(bytes.original.length).map(({ start, end }) =>
    sha256(bytes.original.subarray(start, end)),
  );
  const offered = { bytes: bytes.original.length, sha256: sha256(bytes.original), parts };
  return { bytes, offer: { ...picture.offer, original: { type: "image/png", ...offered } } };
}

/** Sends a part of the original as a browser does; the status of the answer. */
export async function putPart(
  { number, url, headers }: PartGrant,
  { bytes }: TestPicture,
  change = (body: Buffer) => body,
): Promise<number> {
  const { start = 0, end = 0 } = partsOf(bytes.original.length)[number - 1] ?? {};
  const body = new Uint8Array(change(bytes.original.subarray(start, end)));
  return (await fetch(url, { method: "PUT", headers, body })).status;
}

/** Sends the variants, where the original goes in parts. */
export async function postVariants(
  grants: Record<ObjectKind, ObjectGrant>,
  { bytes }: TestPicture,
): Promise<number[]> {
  return Promise.all(variantKinds.map(async (kind) => (await send(grants[kind], bytes[kind])).status));
}

/** The same picture, offered with the digests that are wanted. */
export async function withDigests(
  { offer, bytes }: TestPicture,
  { object, part }: WantedDigests,
): Promise<TestPicture> {
  const md5 = (kind: ObjectKind) => (object === "md5" ? { md5: digest("md5", bytes[kind]) } : {});
  const { parts, partDigest: _, ...whole } = offer.original;
  const ranges = parts === undefined || part === "none" ? [] : partsOf(offer.original.bytes);
  const digests = await Promise.all(
    ranges.map(({ start, end }) => digestOfPart(bytes.original.subarray(start, end), part)),
  );
  const original = {
    ...{ ...whole, ...md5("original") },
    ...(ranges.length > 0 && { parts: digests, partDigest: part as Digest }),
  };
  const variants = byKind(variantKinds, (kind) => ({ ...offer[kind], ...md5(kind) }));
  return { bytes, offer: { ...offer, original, ...variants } };
}

async function digestOfPart(part: Buffer, algorithm: WantedDigests["part"]): Promise<string> {
  if (algorithm !== "crc32c") return digest(algorithm, part);
  const crc32c = new Crc32c();
  crc32c.update(part);
  return Buffer.from(await crc32c.digest()).toString("base64");
}

/** Has the store of this process's bucket be one that can this. */
export async function setTraits(traits: Partial<Traits>): Promise<void> {
  await knowStore();
  bucketClient().traits = { ...s3Traits, ...traits };
}
