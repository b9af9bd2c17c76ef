import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { users } from "@/lib/db/schema";
import { setEnv } from "@/lib/env";
import { incoming } from "@/lib/storage/locations";
import {
  addViewer,
  makePicture,
  postAll,
  send,
  startTestPail,
  type TestPicture,
} from "@/lib/testing/test-pail";
import { abandonUploads, beginUploads } from "./begin";
import { confirmUploads } from "./confirm";
import { objectKinds } from "./contract";
import { policySeconds } from "./grants";
import { plainForm, receivePlainForm } from "./plain-form";
import { sweepUploads } from "./sweep";
import { graceSeconds } from "./unreserved";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;
beforeAll(async () => {
  pail = await startTestPail();
});
beforeEach(async () => {
  viewer = await addViewer();
});
afterEach(() => {
  setClock(null);
  setEnv({ USER_QUOTA_BYTES: "", UPLOAD_MAX_BYTES: "" });
});
afterAll(() => pail.stop());

const totalOf = ({ offer }: TestPicture) => objectKinds.reduce((sum, kind) => sum + offer[kind].bytes, 0);
const usedBytes = async () =>
  (await database().orm.select({ used: users.usedBytes }).from(users).where(eq(users.id, viewer.id)))[0]
    ?.used;
const begin = async (picture: TestPicture) => (await beginUploads(viewer, [picture.offer]))[0];
const later = (seconds: number) => setClock(new Date(Date.now() + seconds * 1000));
const full = { status: "refused", error: { code: "quota_full" } };

async function granted(picture: TestPicture) {
  const outcome = await begin(picture);
  if (outcome?.status !== "granted") throw new Error("not granted");
  return outcome;
}

async function sendPlain(form: Awaited<ReturnType<typeof plainForm>>, bytes: Buffer): Promise<string> {
  if (form === null) throw new Error("no plain form");
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  body.append("file", new File([bytes as Uint8Array<ArrayBuffer>], "lake.jpg"));
  const response = await fetch(form.url, { method: "POST", body, redirect: "manual" });
  expect(response.status).toBe(303);
  return new URL(response.headers.get("location") ?? "").searchParams.get("state") ?? "";
}

test("what an abandoned form puts counts until it is swept, and an abandoned form that puts nothing does not", async () => {
  const [one, other] = [await makePicture(), await makePicture()];
  setEnv({ USER_QUOTA_BYTES: String(Math.max(totalOf(one), totalOf(other)) + 10) });
  const { uploadId, grants: forms } = await granted(one);
  await abandonUploads(viewer, [uploadId]);
  expect(await usedBytes()).toBe(0);
  const second = await granted(other);
  await abandonUploads(viewer, [second.uploadId]);
  expect(await postAll(forms, one)).toEqual(objectKinds.map(() => 204));
  expect(await begin(other)).toMatchObject(full);
  expect(await usedBytes()).toBe(0);
  later(policySeconds + graceSeconds + 60);
  expect(await begin(other)).toMatchObject(full);
  await sweepUploads();
  expect(await begin(other)).toMatchObject({ status: "granted" });
});

test("so does what the form of a rejected upload, or of a picture that is kept, puts again", async () => {
  const [kept, other] = [await makePicture(), await makePicture()];
  setEnv({ USER_QUOTA_BYTES: String(totalOf(kept) + totalOf(other) + 10) });
  const { uploadId, grants: forms } = await granted(kept);
  await postAll(forms, kept);
  expect(await confirmUploads(viewer, [uploadId])).toMatchObject([{ status: "ready" }]);
  const before = await granted(other);
  await abandonUploads(viewer, [before.uploadId]);
  expect(await send(forms.original, kept.bytes.original).then(({ status }) => status)).toBe(204);
  expect(await begin(other)).toMatchObject(full);
});

test("forms that are given up and kept for later put no more than one quota beyond it", async () => {
  const picture = await makePicture();
  setEnv({ USER_QUOTA_BYTES: String(totalOf(picture) + 10) });
  const first = await granted(picture);
  await abandonUploads(viewer, [first.uploadId]);
  const second = await granted(await makePicture());
  await abandonUploads(viewer, [second.uploadId]);
  expect(await begin(await makePicture())).toMatchObject(full);
  later(policySeconds + graceSeconds + 16 * 60);
  expect(await begin(await makePicture())).toMatchObject({ status: "granted" });
});

test("what a plain form puts counts, whether or not its picture comes back", async () => {
  const picture = await makePicture();
  const { original } = picture.bytes;
  setEnv({ USER_QUOTA_BYTES: String(totalOf(picture) + 10), UPLOAD_MAX_BYTES: String(totalOf(picture)) });
  const form = await plainForm(viewer, "/upload");
  await sendPlain(form, Buffer.concat([original, Buffer.alloc(totalOf(picture) - original.length)]));
  expect(await begin(picture)).toMatchObject(full);
  later(policySeconds + graceSeconds + 60);
  await sweepUploads();
  expect(await begin(picture)).toMatchObject({ status: "granted" });
});

test("a plain form that becomes a picture is counted once, and what it puts after that again", async () => {
  const [picture, other] = [await makePicture(), await makePicture()];
  setEnv({ USER_QUOTA_BYTES: String(3 * totalOf(picture)), UPLOAD_MAX_BYTES: String(2 * totalOf(picture)) });
  const form = await plainForm(viewer, "/upload");
  const state = await sendPlain(form, picture.bytes.original);
  expect(await receivePlainForm(viewer, state)).toMatchObject({ status: "ready" });
  expect(await usedBytes()).toBeGreaterThan(0);
  const before = await granted(other);
  await abandonUploads(viewer, [before.uploadId]);
  await sendPlain(form, Buffer.alloc(2 * totalOf(picture)));
  expect(await begin(other)).toMatchObject(full);
});

test("plain forms are given out for no more than one quota beyond it", async () => {
  setEnv({ USER_QUOTA_BYTES: "1000000", UPLOAD_MAX_BYTES: "600000" });
  for (let n = 0; n < 3; n += 1) await plainForm(viewer, "/upload");
  await expect(plainForm(viewer, "/upload")).rejects.toMatchObject({ code: "quota_full" });
  later(policySeconds + graceSeconds + 16 * 60);
  await plainForm(viewer, "/upload");
});

test("of many forms all that is put is counted too", async () => {
  const pictures = await Promise.all(Array.from({ length: 10 }, () => makePicture()));
  const offers = pictures.map(({ offer }) => offer);
  const outcomes = await beginUploads(viewer, offers);
  const allGranted = outcomes.flatMap((outcome) => (outcome.status === "granted" ? [outcome] : []));
  expect(allGranted).toHaveLength(10);
  await abandonUploads(
    viewer,
    allGranted.map(({ uploadId }) => uploadId),
  );
  const last = pictures.at(-1);
  if (last === undefined) throw new Error("no picture");
  await postAll(allGranted.at(-1)?.grants ?? (await granted(last)).grants, last);
  const all = pictures.reduce((sum, picture) => sum + totalOf(picture), 0);
  setEnv({ USER_QUOTA_BYTES: String(all) });
  expect(await beginUploads(viewer, offers)).toContainEqual(expect.objectContaining({ status: "refused" }));
});

test("the bucket is asked only where the quota could be exceeded", async () => {
  const { uploadId } = await granted(await makePicture());
  await abandonUploads(viewer, [uploadId]);
  let listed = 0;
  const { s3 } = incoming().bucket;
  s3.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        if (commandName.startsWith("List")) listed += 1;
        return next(args);
      },
    { step: "initialize", name: "countLists" },
  );
  await granted(await makePicture());
  s3.middlewareStack.remove("countLists");
  expect(listed).toBe(0);
});
