import { afterAll, beforeAll, expect, test } from "vitest";
import { incoming, media } from "@/lib/storage/locations";
import { startPailOnDouble } from "@/lib/testing/pail-on-double";
import { copiesHaveOtherEtags } from "@/lib/testing/store-double";
import {
  addViewer,
  makeLargePicture,
  makePicture,
  postAll,
  postVariants,
  putPart,
} from "@/lib/testing/test-pail";
import { beginUploads } from "./begin";
import { confirmUploads } from "./confirm";

let pail: Awaited<ReturnType<typeof startPailOnDouble>>;
/** A store like Ceph 16 takes no notice of the conditions of a copy. */
let heedsConditions = true;

beforeAll(async () => {
  pail = await startPailOnDouble(() => copiesHaveOtherEtags);
  incoming().bucket.s3.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      if (!heedsConditions) delete headers["x-amz-copy-source-if-match"];
      return next(args);
    },
    { step: "build" },
  );
});
afterAll(() => pail.stop());

test("a picture arrives where every copy has another ETag and tells no SHA-256", async () => {
  const viewer = await addViewer();
  const picture = await makePicture();
  const [granted] = await beginUploads(viewer, [picture.offer]);
  if (granted?.status !== "granted") throw new Error("not granted");
  await postAll(granted.grants, picture);
  expect(await confirmUploads(viewer, [granted.uploadId])).toMatchObject([{ status: "ready" }]);
});

test("so does one whose original goes in parts", async () => {
  const viewer = await addViewer();
  const picture = await makeLargePicture();
  const [granted] = await beginUploads(viewer, [picture.offer]);
  if (granted?.status !== "granted" || granted.parts === undefined) throw new Error("no parts granted");
  for (const part of granted.parts.missing) expect(await putPart(part, picture)).toBe(200);
  await postVariants(granted.grants, picture);
  expect(await confirmUploads(viewer, [granted.uploadId])).toMatchObject([{ status: "ready" }]);
});

for (const heeds of [true, false])
  test(`what was replaced meanwhile is told, where conditions of copies are ${heeds ? "heeded" : "ignored"}`, async () => {
    heedsConditions = heeds;
    const options = { type: "text/plain", overwrite: true };
    const source = { storage: incoming(), name: "replaced" };
    await incoming().save("replaced", "one", options);
    const old = (await incoming().metadata("replaced"))?.etag ?? "";
    await incoming().save("replaced", "two", options);
    const current = (await incoming().metadata("replaced"))?.etag ?? "";
    expect(old).not.toBe(current);
    await expect(media().copy(source, "copy", { ifMatch: old })).rejects.toMatchObject({ code: "changed" });
    expect(await media().copy(source, "copy", { ifMatch: current })).toBe(
      (await incoming().metadata("replaced"))?.sha256,
    );
  });
