import { createHash } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { uploads } from "@/lib/db/schema";
import { getImage } from "@/lib/images/image";
import { bucketClient } from "@/lib/storage/bucket-client";
import { incoming } from "@/lib/storage/locations";
import { listMultiparts } from "@/lib/storage/multipart";
import { s3Traits, type Traits } from "@/lib/storage/stores/traits";
import {
  addViewer,
  makeLargePicture,
  makePicture,
  postAll,
  postVariants,
  putPart,
  send,
  setTraits,
  startTestPail,
  type TestPicture,
  withDigests,
} from "@/lib/testing/test-pail";
import { beginOriginals, beginUploads } from "./begin";
import { confirmUploads } from "./confirm";
import { objectKinds, type WantedDigests } from "./contract";
import { wantedDigests } from "./digests";
import { pageLimits } from "./limits";
import { receiveImage } from "./receive";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;

beforeAll(async () => {
  pail = await startTestPail();
  viewer = await addViewer();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await setTraits(s3Traits);
});
afterAll(() => pail.stop());

async function begin({ offer }: TestPicture, uploadId?: string) {
  const [outcome] = await beginUploads(viewer, [{ ...offer, uploadId }]);
  if (outcome?.status !== "granted") throw new Error(`not granted: ${JSON.stringify(outcome)}`);
  return outcome;
}

const refusalOf = async ({ offer }: TestPicture, uploadId?: string) => {
  const [outcome] = await beginUploads(viewer, [{ ...offer, uploadId }]);
  return outcome?.status === "refused" ? outcome.error : outcome?.status;
};

const confirm = async (id: string) => (await confirmUploads(viewer, [id]))[0];
const rowOf = async (id: string) =>
  (await database().orm.select().from(uploads).where(eq(uploads.id, id)))[0] ?? null;

async function multipartIds(): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of listMultiparts(incoming().bucket, "incoming/"))
    ids.push(...page.map(({ id }) => id));
  return ids;
}

async function expectReady(uploadId: string, { bytes }: TestPicture): Promise<void> {
  const outcome = await confirm(uploadId);
  if (outcome?.status !== "ready") throw new Error(`not ready: ${JSON.stringify(outcome)}`);
  const { downloadUrl } = await getImage(viewer, outcome.image.id);
  const kept = Buffer.from(await (await fetch(downloadUrl)).arrayBuffer());
  expect(kept.equals(bytes.original)).toBe(true);
}

describe.each<Pick<Traits, "objectDigest">>([{ objectDigest: "sha256" }, { objectDigest: "md5" }])(
  "by a signed PUT to a store that compares $objectDigest",
  (traits) => {
    const wanted = () => wantedDigests(bucketClient().traits);
    beforeEach(() => setTraits({ upload: "put", ...traits }));

    test("a picture arrives, and once", async () => {
      const picture = await withDigests(await makePicture(), wanted());
      const { uploadId, grants } = await begin(picture);
      expect(await postAll(grants, picture)).toEqual(objectKinds.map(() => 200));
      // The same again, also while it is pending, changes nothing.
      expect(await postAll(grants, picture)).toEqual(objectKinds.map(() => 412));
      await expectReady(uploadId, picture);
      expect(await refusalOf(picture)).toBe("duplicate");
    });

    test("takes no other bytes", async () => {
      const picture = await withDigests(await makePicture(), wanted());
      const { grants } = await begin(picture);
      const other = Buffer.from(picture.bytes.original);
      other[100] = (other[100] ?? 0) ^ 1;
      expect((await send(grants.original, other)).status).toBe(400);
    });

    test("a grant that is renewed knows what has arrived", async () => {
      const picture = await withDigests(await makePicture(), wanted());
      const { uploadId, grants } = await begin(picture);
      expect((await send(grants.original, picture.bytes.original)).status).toBe(200);
      const again = await begin(picture, uploadId);
      expect([again.uploadId, again.arrived]).toEqual([uploadId, ["original"]]);
      expect((await send(again.grants.original, picture.bytes.original)).status).toBe(412);
      for (const kind of ["thumb", "display"] as const)
        expect((await send(again.grants[kind], picture.bytes[kind])).status).toBe(200);
      await expectReady(uploadId, picture);
    });

    test("a grant that is renewed replaces what is there and cannot be it", async () => {
      const picture = await withDigests(await makePicture(), wanted());
      const { uploadId, grants } = await begin(picture);
      // As a store may keep of a PUT that broke off.
      const half = picture.bytes.original.subarray(0, 100);
      await incoming().save(`${uploadId}/original`, half, { type: "image/jpeg" });
      expect((await send(grants.original, picture.bytes.original)).status).toBe(412);
      const again = await begin(picture, uploadId);
      expect(again.arrived).toEqual([]);
      expect(await postAll(again.grants, picture)).toEqual(objectKinds.map(() => 200));
      await expectReady(uploadId, picture);
    });

    test("what a program sends in one request arrives, held to the same", async () => {
      const { bytes } = await makePicture();
      const sends = vi.spyOn(bucketClient().s3, "send");
      const body = (async function* () {
        yield bytes.original;
      })();
      const sent = { name: "lake.jpg", body, announcedBytes: bytes.original.length };
      expect(await receiveImage(viewer, sent)).toMatchObject({ status: "ready" });
      const puts = sends.mock.calls.flatMap(([command]) =>
        command instanceof PutObjectCommand ? [command.input] : [],
      );
      // The original, and the variants that are made of it.
      expect(puts).toHaveLength(objectKinds.length);
      const names = ["ContentMD5", "ChecksumSHA256"] as const;
      const [wantedName, other] = traits.objectDigest === "md5" ? names : [names[1], names[0]];
      for (const input of puts)
        expect([input[wantedName], input[other]]).toEqual([expect.stringMatching(/=$/), undefined]);
      const original = createHash(traits.objectDigest).update(bytes.original).digest("base64");
      expect(puts[0]?.[wantedName]).toBe(original);
    });
  },
);

describe("what lacks a digest that the store wants", () => {
  const values = { object: "md5", part: "sha256" } as const;

  test("is refused, and says which", async () => {
    await setTraits({ upload: "put", objectDigest: "md5" });
    const picture = await makePicture();
    expect(await refusalOf(picture)).toMatchObject({ code: "digest_missing", values });
    const partly = await withDigests(picture, values);
    const { md5: _, ...thumb } = partly.offer.thumb;
    expect(await refusalOf({ ...partly, offer: { ...partly.offer, thumb } })).toMatchObject({ values });
    const { name, original } = picture.offer;
    expect(await beginOriginals(viewer, [{ name, original }])).toMatchObject([{ error: { values } }]);
    const whole = (await withDigests(picture, values)).offer.original;
    expect(await beginOriginals(viewer, [{ name, original: whole }])).toMatchObject([{ status: "granted" }]);
    expect(await refusalOf(partly)).toBe("granted");
  });

  test("is granted by a form, which the SHA-256 pins on every store", async () => {
    await setTraits({ upload: "post", objectDigest: "md5" });
    expect(pageLimits().digests.object).toBe("sha256");
    expect(await refusalOf(await makePicture())).toBe("granted");
  });

  test("does not keep the others of its call from being granted", async () => {
    await setTraits({ upload: "put", objectDigest: "md5" });
    const [one, other] = [await makePicture(), await withDigests(await makePicture(), values)];
    const outcomes = await beginUploads(viewer, [one.offer, other.offer]);
    expect(outcomes.map(({ status }) => status)).toEqual(["refused", "granted"]);
  });
});

test("a store that holds neither way is sent nothing, with a sentence; what is there is there", async () => {
  const picture = await makePicture();
  const { uploadId, grants } = await begin(picture);
  await postAll(grants, picture);
  await expectReady(uploadId, picture);
  const other = await makePicture();
  const open = await begin(other);
  await setTraits({ upload: "none" });
  expect(await refusalOf(other)).toMatchObject({ code: "store_unfit" });
  expect(await refusalOf(other, open.uploadId)).toMatchObject({ code: "store_unfit" });
  expect(await refusalOf(picture)).toBe("duplicate");
});

describe("an original in parts", () => {
  const digestsOf = (part: Traits["partDigest"]): WantedDigests => ({ object: "sha256", part });
  const headerOf = { sha256: "x-amz-checksum-sha256", crc32c: "x-amz-checksum-crc32c", md5: "content-md5" };

  test.each(["crc32c", "md5"] as const)("held to %s arrives, and no other bytes do", async (part) => {
    await setTraits({ partDigest: part });
    const large = await makeLargePicture();
    expect(await refusalOf(large)).toMatchObject({ code: "digest_missing", values: digestsOf(part) });
    const picture = await withDigests(large, digestsOf(part));
    const { uploadId, grants, parts } = await begin(picture);
    const [first, second] = parts?.missing ?? [];
    if (first === undefined || second === undefined) throw new Error("no parts");
    expect(Object.keys(first.headers)).toEqual([headerOf[part]]);
    const changed = (body: Buffer) => Buffer.concat([Buffer.from("x"), body.subarray(1)]);
    expect(await putPart(first, picture, changed)).toBe(400);
    expect(await putPart(second, picture)).toBe(200);
    const again = await begin(picture, uploadId);
    expect(again.parts?.missing.map(({ number }) => number)).toEqual([1]);
    expect(await putPart(first, picture)).toBe(200);
    await postVariants(grants, picture);
    await expectReady(uploadId, picture);
  });

  test("goes at once where the store takes no parts", async () => {
    await setTraits({ partDigest: "none" });
    const picture = await makeLargePicture();
    const { uploadId, grants, parts } = await begin(picture);
    expect([parts, (await rowOf(uploadId))?.objects.original.parts]).toEqual([undefined, undefined]);
    expect(await postAll(grants, picture)).toEqual(objectKinds.map(() => 204));
    await expectReady(uploadId, picture);
  });

  test.each(["crc32c", "none"] as const)(
    "that was begun before the store took %s goes on in the new way, and leaves nothing of the old",
    async (part) => {
      const large = await makeLargePicture();
      const before = await begin(large);
      const [first] = before.parts?.missing ?? [];
      if (first === undefined) throw new Error("no parts");
      expect(await putPart(first, large)).toBe(200);
      const multipartId = (await rowOf(before.uploadId))?.multipartId;
      await setTraits({ upload: "put", partDigest: part });
      const picture = await withDigests(large, digestsOf(part));
      const { uploadId, grants, parts, arrived } = await begin(picture, before.uploadId);
      expect([uploadId, arrived]).toEqual([before.uploadId, []]);
      expect(await multipartIds()).not.toContain(multipartId);
      if (part === "none") {
        expect(parts).toBeUndefined();
        expect((await send(grants.original, picture.bytes.original)).status).toBe(200);
      } else for (const missing of parts?.missing ?? []) expect(await putPart(missing, picture)).toBe(200);
      await postVariants(grants, picture);
      await expectReady(uploadId, picture);
    },
  );
});
