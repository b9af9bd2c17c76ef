import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { stores } from "@/lib/db/schema";
import { env, setEnv } from "@/lib/env";
import { bucketClient } from "@/lib/storage/bucket-client";
import { s3Traits } from "@/lib/storage/stores/traits";
import { startPailOnDouble } from "@/lib/testing/pail-on-double";
import type { Conduct } from "@/lib/testing/store-double";
import { asR2 } from "@/lib/testing/stores/r2-double";
import { addViewer, makePicture } from "@/lib/testing/test-pail";
import { beginUploads } from "./begin";
import { findStoreAnew, forgetStore, knowStore, rememberExamination } from "./store";

let pail: Awaited<ReturnType<typeof startPailOnDouble>>;
const asS3: Conduct = (_request, _response, pass) => pass();
/** What the store does today. */
let conduct: Conduct = asS3;
let requests = 0;

beforeAll(async () => {
  pail = await startPailOnDouble(() => (...sent) => {
    requests += 1;
    conduct(...sent);
  });
});
afterEach(async () => {
  conduct = asS3;
  setClock(null);
  setEnv({ S3_UPLOAD: "" });
  forgetStore();
  await database().orm.delete(stores);
});
afterAll(() => pail.stop());

const rows = () => database().orm.select().from(stores);

test("an instance that starts with the first request finds out what the store can, once, and keeps it", async () => {
  conduct = asR2;
  await Promise.all([knowStore(), knowStore()]);
  expect(bucketClient().traits).toMatchObject({ upload: "put", objectDigest: "sha256" });
  expect(await rows()).toMatchObject([
    { bucketUrl: bucketClient().publicUrl, traits: { upload: "put", objectDigest: "sha256" } },
  ]);
  // Another instance reads what this one has found.
  forgetStore();
  requests = 0;
  await knowStore();
  expect(bucketClient().traits.upload).toBe("put");
  expect(requests).toBe(0);
});

test("S3_UPLOAD says how browsers send, whatever was found", async () => {
  await rememberExamination({ traits: s3Traits, findings: [] });
  expect(bucketClient().traits.upload).toBe("post");
  forgetStore();
  setEnv({ S3_UPLOAD: "put" });
  expect(env().upload).toBe("put");
  await knowStore();
  expect(bucketClient().traits.upload).toBe("put");
});

test("after a refusal the store is examined again, at most once a minute", async () => {
  await rememberExamination({ traits: s3Traits, findings: [] });
  conduct = asR2;
  expect(await Promise.all([findStoreAnew(), findStoreAnew()])).toEqual([true, true]);
  expect(bucketClient().traits.upload).toBe("put");
  conduct = asS3;
  expect(await findStoreAnew()).toBe(false);
  setClock(new Date(Date.now() + 61_000));
  expect(await findStoreAnew()).toBe(true);
  expect(bucketClient().traits.upload).toBe("post");
});

test("what another instance has found out since is taken over without an examination", async () => {
  await rememberExamination({ traits: s3Traits, findings: [] });
  const traits = { ...s3Traits, upload: "put" as const };
  await database()
    .orm.update(stores)
    .set({ traits, foundAt: new Date(Date.now() + 1000) });
  requests = 0;
  expect(await findStoreAnew()).toBe(true);
  expect(bucketClient().traits.upload).toBe("put");
  expect(requests).toBe(0);
});

/** As another instance does, whose clock may be another. */
const findElsewhere = (upload: "post" | "put", foundAt: Date) =>
  database()
    .orm.update(stores)
    .set({ traits: { ...s3Traits, upload }, foundAt });

test("what another instance has found out is taken over within a minute, also where its clock is behind", async () => {
  await rememberExamination({ traits: s3Traits, findings: [] });
  await findElsewhere("put", new Date(Date.now() - 5000));
  requests = 0;
  await knowStore();
  expect(bucketClient().traits.upload).toBe("post");
  setClock(new Date(Date.now() + 60_000));
  await knowStore();
  expect(bucketClient().traits.upload).toBe("put");
  expect(requests).toBe(0);
});

test("an upload that is begun anew is granted as the instance that was told of its refusal knows the store", async () => {
  await rememberExamination({ traits: s3Traits, findings: [] });
  const viewer = await addViewer();
  const { offer } = await makePicture();
  const [first] = await beginUploads(viewer, [offer]);
  expect(first).toMatchObject({ status: "granted", grants: { original: { method: "POST" } } });
  await findElsewhere("put", new Date(Date.now() + 1000));
  const uploadId = first?.status === "granted" ? first.uploadId : "";
  expect(await beginUploads(viewer, [{ ...offer, uploadId }])).toMatchObject([
    { status: "granted", uploadId, grants: { original: { method: "PUT" } } },
  ]);
});

test("traits that an older Pail has kept, and that lack something, are found anew", async () => {
  const { writeConditions: _, ...older } = s3Traits;
  const bucketUrl = bucketClient().publicUrl;
  await database().orm.insert(stores).values({ bucketUrl, traits: older, foundAt: new Date() });
  await knowStore();
  expect(await rows()).toMatchObject([{ bucketUrl, traits: { writeConditions: true } }]);
});
