import { readdirSync } from "node:fs";
import path from "node:path";
import { eq } from "drizzle-orm";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images, uploads, users } from "@/lib/db/schema";
import { env, setEnv } from "@/lib/env";
import type { Failure } from "@/lib/errors";
import { getImage } from "@/lib/images/image";
import { trashImage, trashSeconds } from "@/lib/images/trash";
import { variantKinds } from "@/lib/images/variants";
import { bucketClient } from "@/lib/storage/bucket-client";
import { incoming, media } from "@/lib/storage/locations";
import { StorageError } from "@/lib/storage/s3-failure";
import { hasQuirk, testUnless } from "@/lib/testing/contract-store";
import {
  addViewer,
  formOf,
  makePicture,
  pictureOf,
  post,
  postAll,
  send,
  startTestPail,
  type TestPicture,
} from "@/lib/testing/test-pail";
import { compiledMessages } from "@/lib/texts/compiled";
import type { Language } from "@/lib/texts/languages";
import { createTranslator } from "@/lib/texts/translator";
import { wordFailure } from "@/lib/texts/word-failure";
import { sweep } from "@/lib/upkeep/sweep";
import { abandonUploads, beginUploads } from "./begin";
import { confirmUploads } from "./confirm";
import { type BeginOutcome, type ConfirmOutcome, objectKinds } from "./contract";
import { policySeconds } from "./grants";
import { incomingName } from "./objects";
import { sweepUploads } from "./sweep";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;

/** What the store does not copy, by a piece of its key. */
let uncopied: string | null = null;

beforeAll(async () => {
  pail = await startTestPail();
  viewer = await addViewer();
  bucketClient().s3.middlewareStack.add(
    (next) => (args) => {
      const { CopySource, Key } = args.input as { CopySource?: string; Key?: string };
      if (uncopied !== null && CopySource !== undefined && Key?.includes(uncopied))
        throw new StorageError("unreachable", "The store is gone", "Wait", "CopyObject", "ECONNRESET");
      return next(args);
    },
    { step: "initialize" },
  );
});
afterEach(() => {
  setClock(null);
  uncopied = null;
});
afterAll(() => pail.stop());

type Granted = Extract<BeginOutcome, { status: "granted" }>;

async function begin(picture: TestPicture, by = viewer): Promise<Granted> {
  const [outcome] = await beginUploads(by, [picture.offer]);
  if (outcome?.status !== "granted") throw new Error(`not granted: ${JSON.stringify(outcome)}`);
  return outcome;
}

async function confirm(uploadId: string, by = viewer): Promise<ConfirmOutcome> {
  const [outcome] = await confirmUploads(by, [uploadId]);
  if (outcome === undefined) throw new Error("no outcome");
  return outcome;
}

async function upload(picture: TestPicture, by = viewer) {
  const granted = await begin(picture, by);
  expect(await postAll(granted.grants, picture)).toEqual(objectKinds.map(() => 204));
  const outcome = await confirm(granted.uploadId, by);
  if (outcome.status !== "ready") throw new Error(`not ready: ${JSON.stringify(outcome)}`);
  return { ...granted, image: outcome.image };
}

async function names(storage: ReturnType<typeof media>): Promise<string[]> {
  const all: string[] = [];
  for await (const { files } of storage.listdir("", { recursive: true })) {
    all.push(...files.map((object) => object.name));
  }
  return all;
}

const later = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
const usedBytes = async (id = viewer.id) =>
  (await database().orm.select({ used: users.usedBytes }).from(users).where(eq(users.id, id)))[0]?.used;

describe("an upload", () => {
  test("becomes an image that is there byte for byte, and leaves nothing behind under incoming/", async () => {
    const picture = await makePicture("Zürich Ufer 3.jpg");
    const { image, uploadId } = await upload(picture);
    expect(image).toMatchObject({ title: "Zürich Ufer 3", width: 640, height: 480 });
    const details = await getImage(viewer, image.id);
    const download = await fetch(details.downloadUrl);
    expect(Buffer.from(await download.arrayBuffer()).equals(picture.bytes.original)).toBe(true);
    expect(download.headers.get("content-disposition")).toContain(
      "filename*=UTF-8''Z%C3%BCrich%20Ufer%203.jpg",
    );
    expect((await fetch(details.displayUrl)).headers.get("cache-control")).toMatch(
      /^private, max-age=\d+, immutable$/,
    );
    expect(await names(incoming())).not.toContainEqual(expect.stringContaining(uploadId));
    const { local } = env().bucket;
    if (local !== null) expect(readdirSync(path.join(local.dataDir, "incoming"))).toEqual([]);
  });

  test("keeps what the file says of its camera, whatever a browser says of it", async () => {
    const { bytes } = await makePicture();
    const original = await sharp(bytes.original)
      .withExif({ IFD0: { Make: "FUJIFILM", Model: "X100V" }, IFD2: { ISOSpeedRatings: "160" } })
      .jpeg()
      .toBuffer();
    const { offer } = pictureOf("street.jpg", { ...bytes, original });
    const lie = { ...offer, facts: { model: "another", iso: 1 } };
    const { image } = await upload({ offer: lie, bytes: { ...bytes, original } });
    const facts = { make: "FUJIFILM", model: "X100V", iso: 160 };
    expect((await getImage(viewer, image.id)).facts).toEqual(facts);

    const silent = await upload(await makePicture());
    const kept = await database().orm.select({ facts: images.facts }).from(images);
    expect(kept).toEqual(expect.arrayContaining([{ facts }]));
    // Read, and nothing found: not as of a picture whose facts were never read.
    const [row] = await database().orm.select().from(images).where(eq(images.id, silent.image.id));
    expect(row?.facts).toEqual({});
  });

  test("that is offered again gets told what of it has arrived, and no more", async () => {
    const picture = await makePicture();
    const { uploadId, grants } = await begin(picture);
    const again = { ...picture, offer: { ...picture.offer, uploadId } };
    expect((await begin(again)).arrived).toEqual([]);
    await send(grants.original, picture.bytes.original);
    const renewed = await begin(again);
    expect(renewed.arrived).toEqual(["original"]);
    for (const kind of variantKinds) await send(renewed.grants[kind], picture.bytes[kind]);
    expect((await begin(again)).arrived).toEqual(objectKinds);
    expect((await confirm(uploadId)).status).toBe("ready");
    expect((await begin(await makePicture())).arrived).toBeUndefined();
  });

  test("can be confirmed again, also twice at once, with the same answer", async () => {
    const picture = await makePicture();
    const granted = await begin(picture);
    await postAll(granted.grants, picture);
    const outcomes = await Promise.all([confirm(granted.uploadId), confirm(granted.uploadId)]);
    outcomes.push(await confirm(granted.uploadId));
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({
        status: "ready",
        image: outcomes[0]?.status === "ready" ? { id: outcomes[0].image.id } : {},
      });
  });

  test("is not granted for bytes that the viewer has; another user's image is no duplicate", async () => {
    const picture = await makePicture();
    const { image } = await upload(picture);
    expect(await beginUploads(viewer, [picture.offer])).toMatchObject([
      { status: "duplicate", image: { id: image.id } },
    ]);
    const other = await upload(picture, await addViewer());
    expect(other.image.id).not.toBe(image.id);
  });

  test("of the same bytes twice at once ends as one image and one duplicate, with no object too many", async () => {
    const picture = await makePicture();
    const [first, second] = [await begin(picture), await begin(picture)];
    await Promise.all([postAll(first.grants, picture), postAll(second.grants, picture)]);
    const outcomes = await confirmUploads(viewer, [first.uploadId, second.uploadId]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(["duplicate", "ready"]);
    const [row] = await database()
      .orm.select()
      .from(images)
      .where(eq(images.sha256, picture.offer.original.sha256));
    const kept = (await names(media())).filter((name) => name.startsWith(row?.id ?? "none"));
    expect(kept).toHaveLength(objectKinds.length);
    expect(await names(incoming())).toEqual([]);
  });

  test("that became a duplicate after a confirm was cut between its copies leaves none of them", async () => {
    const picture = await makePicture();
    const cut = await begin(picture);
    await postAll(cut.grants, picture);
    uncopied = "/thumb.";
    await expect(confirm(cut.uploadId)).rejects.toMatchObject({ code: "unreachable" });
    const [row] = await database().orm.select().from(uploads).where(eq(uploads.id, cut.uploadId));
    const copies = async () =>
      (await names(media())).filter((name) => name.startsWith(row?.imageId ?? "none"));
    await expect.poll(copies).toHaveLength(objectKinds.length - 1);
    uncopied = null;
    await upload(picture);
    expect(await confirm(cut.uploadId)).toMatchObject({ status: "duplicate" });
    expect(await copies()).toEqual([]);
  });

  test("gets fresh forms for itself while it is pending", async () => {
    const picture = await makePicture();
    const granted = await begin(picture);
    setClock(later(policySeconds + 60));
    const [again] = await beginUploads(viewer, [{ ...picture.offer, uploadId: granted.uploadId }]);
    expect(again).toMatchObject({ status: "granted", uploadId: granted.uploadId });
    const changed = {
      ...picture.offer,
      uploadId: granted.uploadId,
      original: { ...picture.offer.original, bytes: 5 },
    };
    const [other] = await beginUploads(viewer, [changed]);
    expect(other?.status === "granted" && other.uploadId).not.toBe(granted.uploadId);
  });
});

describe("what is refused", () => {
  test("a confirm before the bytes came: it can be run again when they have", async () => {
    const picture = await makePicture();
    const { uploadId, grants } = await begin(picture);
    expect(await confirm(uploadId)).toMatchObject({ status: "refused", error: { code: "not_arrived" } });
    await postAll(grants, picture);
    expect(await confirm(uploadId)).toMatchObject({ status: "ready" });
  });

  test("a confirm of someone else's upload, as of none", async () => {
    const picture = await makePicture();
    const { uploadId, grants } = await begin(picture);
    await postAll(grants, picture);
    const stranger = await addViewer();
    expect(await confirm(uploadId, stranger)).toMatchObject({
      status: "refused",
      error: { code: "not_found" },
    });
    expect(await abandonUploads(stranger, [uploadId])).toEqual([]);
    expect(await confirm(uploadId)).toMatchObject({ status: "ready" });
  });

  testUnless(
    "checks-no-sha256",
    "a changed field, an extra field, other bytes of the same length, one byte more or less",
    async () => {
      const picture = await makePicture();
      const { grants, uploadId } = await begin(picture);
      const { url, fields } = formOf(grants.original);
      const bytes = picture.bytes.original;
      const flipped = Buffer.from(bytes);
      flipped[100] = (flipped[100] ?? 0) ^ 1;
      const attempts: [string, number, Promise<Response>][] = [
        ...Object.keys(fields).map((name): [string, number, Promise<Response>] => [
          name,
          403,
          post({ url, fields: { ...fields, [name]: `${fields[name]}x` } }, bytes),
        ]),
        ["extra field", 403, post({ url, fields: { ...fields, "x-amz-meta-more": "1" } }, bytes)],
        ["other bytes", 400, post({ url, fields }, flipped)],
        ["one byte more", 400, post({ url, fields }, Buffer.concat([bytes, Buffer.from("x")]))],
        ["one byte less", 400, post({ url, fields }, bytes.subarray(1))],
      ];
      for (const [what, status, response] of attempts) {
        const { status: got } = await response;
        expect([what, got >= 400 && got < 500 ? "refused" : got]).toEqual([what, "refused"]);
        const isChecksum = what.startsWith("x-amz-checksum-");
        const asBroken =
          hasQuirk("refuses-forms-with-400") || (isChecksum && hasQuirk("reads-checksums-before-policies"));
        if (status === 403 && !["policy", "x-amz-credential", "x-amz-date", "x-amz-algorithm"].includes(what))
          expect(asBroken ? [400, 403] : [403], what).toContain(got);
      }
      expect(await names(incoming())).not.toContainEqual(expect.stringContaining(uploadId));
    },
  );

  test("whatever got past its form: other bytes that look the same, and none at all", async () => {
    const before = await usedBytes();
    const kept = await names(media());
    for (const kind of objectKinds) {
      const picture = await makePicture();
      const last = picture.bytes[kind].subarray(0, -40);
      const flipped = Buffer.concat([last, Buffer.alloc(38, 1), picture.bytes[kind].subarray(-2)]);
      for (const bytes of [flipped, Buffer.alloc(0)]) {
        const { uploadId, grants } = await begin(picture);
        await postAll(grants, picture);
        const { type } = picture.offer[kind];
        await incoming().save(incomingName(uploadId, kind), bytes, { type, overwrite: true });
        expect(await confirm(uploadId)).toMatchObject({ status: "refused", error: { code: "bytes_differ" } });
        expect(await names(incoming())).not.toContainEqual(expect.stringContaining(uploadId));
        expect(await names(media())).toEqual(kept);
      }
    }
    expect(await usedBytes()).toBe(before);
  });

  test("an SVG announced as a JPEG, a truncated JPEG, a variant that is none: rejected, nothing stays", async () => {
    const good = await makePicture();
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    const big = await sharp({ create: { width: 900, height: 900, channels: 3, background: "red" } })
      .webp()
      .toBuffer();
    const cases = [
      [{ ...good.bytes, original: svg }, "unsupported_type"],
      [{ ...good.bytes, original: good.bytes.original.subarray(0, 900) }, "damaged_image"],
      [{ ...good.bytes, original: (await makePicture()).bytes.display }, "type_differs"],
      [{ ...(await makePicture()).bytes, thumb: big }, "bad_variant"],
      [{ ...(await makePicture()).bytes, display: svg }, "unsupported_type"],
    ] as const;
    const before = await usedBytes();
    const kept = await names(media());
    for (const [bytes, code] of cases) {
      const picture = pictureOf("evil.jpg", bytes);
      const { uploadId, grants } = await begin(picture);
      await postAll(grants, picture);
      expect(await confirm(uploadId)).toMatchObject({ status: "refused", error: { code } });
      // The reason stays the same, and sending again does not help.
      await postAll(grants, picture);
      expect(await confirm(uploadId)).toMatchObject({ status: "refused", error: { code } });
      expect(await names(media())).toEqual(kept);
    }
    expect(await usedBytes()).toBe(before);
    setClock(later(25 * 3600));
    await sweepUploads();
    expect(await names(incoming())).toEqual([]);
  });

  test("a long picture's variants keep their short side, and no more than that", async () => {
    const plain = (width: number, height: number) =>
      sharp({
        create: { width, height, channels: 3, background: { r: width % 256, g: height % 256, b: 77 } },
      });
    const encoded = (width: number, height: number) => plain(width, height).webp({ effort: 0 }).toBuffer();
    const original = await plain(12_000, 500).jpeg().toBuffer();
    const long = { original, display: await encoded(12_000, 500), thumb: await encoded(2400, 240) };
    const confirmed = async (bytes: typeof long) => {
      const picture = pictureOf("panorama.jpg", bytes);
      const { uploadId, grants } = await begin(picture);
      await postAll(grants, picture);
      return confirm(uploadId);
    };
    const uncut = { ...long, thumb: await encoded(5760, 240) };
    expect(await confirmed(uncut)).toMatchObject({ status: "refused", error: { code: "bad_variant" } });
    expect(await confirmed(long)).toMatchObject({ status: "ready", image: { width: 12_000, height: 500 } });
  });

  test("more than the quota: what fits is granted, and room freed can be used again", async () => {
    const small = await addViewer();
    const [a, b] = [await makePicture(), await makePicture()];
    const totalOf = ({ offer }: TestPicture) => objectKinds.reduce((sum, kind) => sum + offer[kind].bytes, 0);
    setEnv({ USER_QUOTA_BYTES: String(Math.max(totalOf(a), totalOf(b)) + 10) });
    const outcomes = await beginUploads(small, [a.offer, b.offer]);
    expect(outcomes).toMatchObject([
      { status: "granted" },
      { status: "refused", error: { code: "quota_full" } },
    ]);
    expect(await usedBytes(small.id)).toBe(totalOf(a));
    await abandonUploads(
      small,
      outcomes.flatMap((o) => (o.status === "granted" ? [o.uploadId] : [])),
    );
    expect(await usedBytes(small.id)).toBe(0);
    expect(await beginUploads(small, [b.offer])).toMatchObject([{ status: "granted" }]);
    setEnv({ USER_QUOTA_BYTES: "" });
  });

  test("a file beyond the limit, at begin", async () => {
    const { offer } = await makePicture();
    const outcomes = await beginUploads(viewer, [
      { ...offer, original: { ...offer.original, bytes: 60_000_000 } },
    ]);
    expect(outcomes).toMatchObject([{ status: "refused", error: { code: "too_large" } }]);
  });

  test("too many begins in a minute", async () => {
    const hasty = await addViewer();
    const { offer } = await makePicture();
    const tooLarge = { ...offer, original: { ...offer.original, bytes: 60_000_000 } };
    for (let i = 0; i < 120; i += 1) await beginUploads(hasty, [tooLarge]);
    await expect(beginUploads(hasty, [tooLarge])).rejects.toMatchObject({ code: "rate_limited" });
  });
});

describe("a policy sent again", () => {
  test("after its upload was confirmed changes nothing, and the sweep takes what it left", async () => {
    const picture = await makePicture();
    const { grants, image } = await upload(picture);
    expect(await postAll(grants, picture)).toEqual(objectKinds.map(() => 204));
    const details = await getImage(viewer, image.id);
    expect((await fetch(details.downloadUrl)).status).toBe(200);
    await sweepUploads();
    expect(await names(incoming())).toHaveLength(objectKinds.length);
    setClock(later(policySeconds + 11 * 60));
    await sweepUploads();
    expect(await names(incoming())).toEqual([]);
    // The bucket's clock was not set: it would not take a URL of a window that has not begun.
    setClock(null);
    expect((await fetch((await getImage(viewer, image.id)).displayUrl)).status).toBe(200);
  });

  test("after its image was deleted brings nothing back", async () => {
    const picture = await makePicture();
    const { grants, uploadId, image } = await upload(picture);
    await trashImage(viewer, image.id);
    await postAll(grants, picture);
    expect(await confirm(uploadId)).toMatchObject({ status: "refused" });
    setClock(later(policySeconds + trashSeconds() + 11 * 60));
    await sweep();
    expect(await names(incoming())).toEqual([]);
    expect(await names(media())).not.toContainEqual(expect.stringContaining(image.id));
    expect(await database().orm.select().from(images).where(eq(images.id, image.id))).toEqual([]);
  });
});

describe("the sweep", () => {
  test("confirms what had arrived though nobody did, also after a confirm that was cut short; the rest it lets go", async () => {
    const someone = await addViewer();
    const granted = [];
    for (const state of ["pending", "verifying", "verifying"] as const) {
      const picture = await makePicture();
      const { uploadId, grants } = await begin(picture, someone);
      if (granted.length < 2) await postAll(grants, picture);
      await database().orm.update(uploads).set({ state }).where(eq(uploads.id, uploadId));
      granted.push(uploadId);
    }
    setClock(later(policySeconds + 9 * 60));
    expect(await sweepUploads()).toMatchObject({ confirmed: 0, expired: 0 });
    setClock(later(policySeconds + 11 * 60));
    expect(await sweepUploads()).toMatchObject({ confirmed: 2, expired: 1 });
    const [first, second, third] = await confirmUploads(someone, granted);
    expect([first?.status, second?.status]).toEqual(["ready", "ready"]);
    expect(third).toMatchObject({ status: "refused", error: { code: "upload_ended" } });
    expect(await names(incoming())).toEqual([]);
  });

  test("ends what was never finished, frees its room, and forgets it a day later with whatever it left", async () => {
    const someone = await addViewer();
    const picture = await makePicture();
    const { uploadId, grants } = await begin(picture, someone);
    await send(grants.original, picture.bytes.original);
    // A confirm that was cut between its copies and its commit.
    await database().orm.update(uploads).set({ state: "verifying" }).where(eq(uploads.id, uploadId));
    const [row] = await database().orm.select().from(uploads).where(eq(uploads.id, uploadId));
    const original = { storage: incoming(), name: `${uploadId}/original` };
    await media().copy(original, `${row?.imageId}/original.jpg`);
    setClock(later(policySeconds + 11 * 60));
    await sweepUploads();
    expect(await usedBytes(someone.id)).toBe(0);
    expect(await confirm(uploadId, someone)).toMatchObject({
      status: "refused",
      error: { code: "upload_ended" },
    });
    setClock(later(25 * 3600));
    await sweepUploads();
    expect(await database().orm.select().from(uploads).where(eq(uploads.id, uploadId))).toEqual([]);
    expect(await names(media())).not.toContainEqual(expect.stringContaining(row?.imageId ?? "none"));
  });
});

test("what an older Pail rejected under a code of its own keeps its sentence", async () => {
  const { uploadId } = await begin(await makePicture());
  const reason = { errorCode: "code_of_long_ago", errorMessage: "It was not what it said." };
  await database()
    .orm.update(uploads)
    .set({ state: "rejected", reservedBytes: 0, ...reason })
    .where(eq(uploads.id, uploadId));
  const error = { code: "unknown", message: reason.errorMessage };
  expect(await confirm(uploadId)).toEqual({ status: "refused", error });
});

test("a rejected upload is told in full to a page that asks again, in each language", async () => {
  const picture = await makePicture();
  const { uploadId, grants } = await begin(picture);
  await postAll(grants, picture);
  // As whoever runs Pail may lower it meanwhile; the page has checked by the old one.
  setEnv({ UPLOAD_MAX_PIXELS: "300000" });
  const first = await confirm(uploadId);
  setEnv({ UPLOAD_MAX_PIXELS: "" });
  const again = await confirm(uploadId);
  expect(again).toEqual(first);
  if (again.status !== "refused") throw new Error("it was taken");
  const wordIn = (language: Language, failure: Failure) =>
    wordFailure(
      createTranslator(language, compiledMessages(language, ["errors"]), "errors"),
      language,
      failure,
    );
  expect(wordIn("en", again.error)).toBe(
    "This picture has too many pixels (640 × 480): 0.3 megapixels is the most. Make it smaller and try again.",
  );
  expect(wordIn("ko", again.error)).toBe(
    "해상도가 너무 높아요(640 × 480). 0.3메가픽셀까지 올릴 수 있으니 크기를 줄여서 다시 시도해 주세요.",
  );
});

test("a grant says how long its forms live, and one that is renewed begins anew", async () => {
  const picture = await makePicture();
  const { uploadId, expiresInSeconds } = await begin(picture);
  expect(policySeconds - expiresInSeconds).toBeLessThan(10);
  setClock(later(policySeconds / 2));
  const [renewed] = await beginUploads(viewer, [{ ...picture.offer, uploadId }]);
  if (renewed?.status !== "granted") throw new Error(`not granted: ${JSON.stringify(renewed)}`);
  expect(renewed.uploadId).toBe(uploadId);
  expect(policySeconds - renewed.expiresInSeconds).toBeLessThan(10);
});
