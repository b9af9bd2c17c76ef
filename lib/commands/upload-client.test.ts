import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { outcomeAnswer } from "@/lib/api/answers";
import { operations } from "@/lib/api/operations";
import type { Traits } from "@/lib/storage/stores/traits";
import { addViewer, makePicture, setTraits, startTestPail } from "@/lib/testing/test-pail";
import { beginOriginals } from "@/lib/uploads/begin";
import { confirmUploads } from "@/lib/uploads/confirm";
import { UploadClient } from "./upload-client";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;
const client = new UploadClient("http://localhost", "pail_token", new AbortController().signal);

beforeAll(async () => {
  pail = await startTestPail();
  viewer = await addViewer();
});
afterAll(() => pail.stop());

/** As the route answers it, read as the command reads it. */
async function grant(traits: Partial<Traits>) {
  await setTraits(traits);
  const { offer, bytes } = await makePicture();
  const [outcome] = await beginOriginals(viewer, [{ name: offer.name, original: offer.original }]);
  if (outcome === undefined) throw new Error("an offer was not answered");
  const { files } = operations.beginUploads.answer.parse({ files: [outcomeAnswer(outcome)] });
  const [file] = files;
  if (file?.status !== "granted") throw new Error("not granted");
  return { ...file, bytes: bytes.original };
}

const blobOf = (bytes: Buffer) => new Blob([bytes as Uint8Array<ArrayBuffer>]);

describe.each([
  ["POST", "post"],
  ["PUT", "put"],
] as const)("by %s", (method, upload) => {
  test("the command sends a file as it was granted, and again where the answer was lost", async () => {
    const { id, form, bytes } = await grant({ upload });
    expect(form.method).toBe(method);
    await client.send(form, blobOf(bytes));
    await client.send(form, blobOf(bytes));
    expect(await confirmUploads(viewer, [id])).toMatchObject([{ status: "ready" }]);
  });

  test("what the bucket refuses is a sentence", async () => {
    const { form, bytes } = await grant({ upload });
    await expect(client.send(form, blobOf(bytes.subarray(1)))).rejects.toMatchObject({
      name: "AppError",
      message: expect.stringMatching(/\.$/),
    });
  });
});
