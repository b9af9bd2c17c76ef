import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { type Conduct, startStoreDouble } from "@/lib/testing/store-double";
import { asB2 } from "@/lib/testing/stores/b2-double";
import { asR2 } from "@/lib/testing/stores/r2-double";
import { type BucketClient, connectBucket } from "../bucket-client";
import { creation } from "../setup/creation";
import { setUpBucket } from "../setup/set-up";
import { type Examination, examineBucket } from "./examine";

const credentials = { accessKeyId: "AKIADOUBLES", secretAccessKey: "a-secret" };
const appOrigin = "http://localhost:3000";
const locations = {
  incoming: "incoming",
  journal: "journal",
  backups: "backups",
  media: "media",
  static: "static",
};
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-doubles-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const connectTo = (url: string, region: string): BucketClient =>
  connectBucket({
    local: null,
    name: "pictures",
    region,
    endpoint: url,
    publicEndpoint: url,
    forcePathStyle: true,
    credentials,
    vercelRole: undefined,
  } as unknown as Parameters<typeof connectBucket>[0]);

/** The doctor's visit to a bucket that was set up in a store of this kind. */
async function visit(
  region: string,
  conductFor: (behind: BucketClient) => Conduct,
  look: (bucket: BucketClient) => Promise<void> = async () => {},
): Promise<Examination> {
  const store = await startLocalBucket({ dataDir: path.join(folder, region), region, credentials });
  const behind = connectTo(store.url, region);
  const double = await startStoreDouble(store.url, conductFor(behind));
  const bucket = connectTo(double.url, region);
  try {
    const wishes = { origins: [appOrigin], locations };
    for (const change of (await creation.propose(behind, wishes)).changes) await change.apply();
    await setUpBucket(bucket, wishes);
    const examination = await examineBucket(bucket, { appOrigin, locations, upload: "auto" });
    await look(bucket);
    return examination;
  } finally {
    await double.close();
    await store.close();
  }
}

const fatal = ({ findings }: Examination) => findings.filter(({ level }) => level === "fatal");

test("R2 is sent to by signed PUTs with SHA-256", async () => {
  const examination = await visit("auto", () => asR2);
  expect(fatal(examination)).toEqual([]);
  expect(examination.traits).toMatchObject({
    upload: "put",
    objectDigest: "sha256",
    partDigest: "crc32c",
    writeConditions: true,
    versions: "none",
  });
  expect(examination.answers).toContainEqual(
    expect.objectContaining({ tried: "a form as Pail signs it", answer: "501 NotImplemented" }),
  );
});

test("B2 is sent to by signed PUTs with Content-MD5, and keeps versions", async () => {
  const leavesNothing = async ({ s3, name }: BucketClient) => {
    const { Versions, DeleteMarkers } = await s3.send(new ListObjectVersionsCommand({ Bucket: name }));
    expect([Versions, DeleteMarkers]).toEqual([undefined, undefined]);
  };
  const examination = await visit("us-west-004", ({ s3 }) => asB2(s3), leavesNothing);
  expect(fatal(examination)).toEqual([]);
  expect(examination.traits).toMatchObject({
    upload: "put",
    objectDigest: "md5",
    partDigest: "md5",
    writeConditions: false,
    takesCopyChecksum: false,
    versions: "on",
  });
  expect(examination.findings.find(({ id }) => id === "versions")).toMatchObject({ level: "fine" });
});
