import path from "node:path";
import { expect, onTestFinished } from "vitest";
import { setClock } from "@/lib/clock";
import { database, openDatabase, setDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { env } from "@/lib/env";
import { trashImage, trashSeconds } from "@/lib/images/trash";
import { bucketClient } from "@/lib/storage/bucket-client";
import { listVersionsUnder } from "@/lib/storage/list-versions";
import { incoming, journal, media } from "@/lib/storage/locations";
import { keptByPeople } from "@/lib/testing/keep-picture";
import { startPailOnDouble } from "@/lib/testing/pail-on-double";
import type { Conduct } from "@/lib/testing/store-double";
import {
  addViewer,
  makeLargePicture,
  makePicture,
  postAll,
  postVariants,
  putPart,
  type TestPicture,
  withDigests,
} from "@/lib/testing/test-pail";
import { mergeJournal, writeChanges } from "@/lib/upkeep/journal/write";
import { rebuild } from "@/lib/upkeep/rebuild";
import { reconcile } from "@/lib/upkeep/reconcile";
import { sweep } from "@/lib/upkeep/sweep";
import { beginUploads } from "@/lib/uploads/begin";
import { confirmUploads } from "@/lib/uploads/confirm";
import { knowStore } from "@/lib/uploads/store";

/** Sends a picture as a page does that asks which digests are wanted. */
async function upload(picture: TestPicture): Promise<string> {
  const viewer = await addViewer();
  const { objectDigest, partDigest: part } = bucketClient().traits;
  const object = objectDigest === "md5" ? "md5" : "sha256";
  const offered = await withDigests(picture, { object, part });
  const [granted] = await beginUploads(viewer, [offered.offer]);
  if (granted?.status !== "granted") throw new Error(JSON.stringify(granted));
  if (granted.parts === undefined) {
    expect(await postAll(granted.grants, offered)).toEqual([200, 200, 200]);
  } else {
    expect(await postVariants(granted.grants, offered)).toEqual([200, 200]);
    for (const missing of granted.parts.missing) expect(await putPart(missing, offered)).toBe(200);
  }
  const [outcome] = await confirmUploads(viewer, [granted.uploadId]);
  if (outcome?.status !== "ready") throw new Error(JSON.stringify(outcome));
  const { id } = outcome.image;
  const kept = await media().read(
    `${id}/original.${picture.offer.original.type === "image/png" ? "png" : "jpg"}`,
  );
  expect(kept.equals(picture.bytes.original)).toBe(true);
  await trashImage(viewer, id);
  return id;
}

async function names(prefix: "incoming" | "media"): Promise<string[]> {
  const found: string[] = [];
  const storage = prefix === "media" ? media() : incoming();
  for await (const { files } of storage.listdir("", { recursive: true }))
    found.push(...files.map(({ name }) => name));
  return found;
}

/** What the bucket tells is there again: of the last moment the pictures, of before that all. */
async function losesItsDatabase(): Promise<void> {
  const before = await keptByPeople();
  await openAnother("first");
  expect(await rebuild()).toMatchObject({ images: 2, adopted: 2, duplicates: [] });
  const asAdded = before.images.map((row) => ({ ...row, state: "ready" }));
  expect((await keptByPeople()).images).toEqual(asAdded);
  await openAnother("pail");
  await writeChanges();
  await mergeJournal({ always: true });
  await openAnother("second");
  expect(await rebuild()).toMatchObject({ images: 2, adopted: 0, damaged: [], skipped: [] });
  expect(await keptByPeople()).toEqual(before);
}

async function openAnother(name: string): Promise<void> {
  database().close();
  setDatabase(openDatabase(`file:${path.join(env().dataDir, `${name}.sqlite`)}`));
  await migrate(database());
}

/**
 * Pictures of any size go there and are kept, and nothing of what is deleted stays. Once in a process, which has one bucket.
 */
export async function journey(conductFor: (storeUrl: string) => Conduct): Promise<void> {
  const pail = await startPailOnDouble(conductFor);
  onTestFinished(async () => {
    setClock(null);
    await pail.stop();
  });
  await knowStore();
  expect(bucketClient().traits.upload).toBe("put");
  await upload(await makePicture("호수  %41 🏔️.jpg"));
  await upload(await makeLargePicture());
  expect(await names("incoming")).toEqual([]);
  expect((await reconcile()).orphans).toEqual([]);
  await losesItsDatabase();
  setClock(new Date(Date.now() + (trashSeconds() + 60) * 1000));
  expect((await sweep()).purged).toBe(2);
  expect(await names("media")).toEqual([]);
  for await (const { files } of journal().listdir("", { recursive: true }))
    await journal().delete(files.map(({ name }) => name));
  if (bucketClient().traits.versions === "none") return;
  for (const location of ["incoming/", "media/", "journal/"]) {
    const left = [];
    for await (const version of listVersionsUnder(bucketClient(), location)) left.push(version);
    expect(left).toEqual([]);
  }
}
