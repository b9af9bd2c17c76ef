import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "@/lib/ids";
import { addImage } from "@/lib/testing/image-rows";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { findOriginals } from "./originals";
import { trashImage } from "./trash";

let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());

test("originals come in the order in which they were asked for, with what a zip says of them", async () => {
  const viewer = await addViewer();
  const capturedAt = new Date("2024-02-29T23:58:00Z");
  const [first, second] = [
    await addImage(viewer.id, { name: "호수.jpg", bytes: 123, capturedAt }),
    await addImage(viewer.id),
  ];
  const { viewerId, originals } = await findOriginals(viewer, [second.id, first.id, second.id]);
  expect(viewerId).toBe(viewer.id);
  expect(originals.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect(originals[1]).toEqual({
    id: first.id,
    name: "호수.jpg",
    bytes: 123,
    capturedAt: capturedAt.getTime(),
    downloadUrl: expect.stringContaining(`/media/${first.id}/original.jpg?`),
  });
});

test("of pictures of someone else, in the trash, or that are not there, none is given", async () => {
  const [viewer, stranger] = [await addViewer(), await addViewer()];
  const [own, other, deleted] = [
    await addImage(viewer.id),
    await addImage(stranger.id),
    await addImage(viewer.id),
  ].map(({ id }) => id) as [string, string, string];
  await trashImage(viewer, deleted);
  const { originals } = await findOriginals(viewer, [other, own, deleted, newId()]);
  expect(originals.map(({ id }) => id)).toEqual([own]);
});
