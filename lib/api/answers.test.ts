import { afterAll, beforeAll, expect, test } from "vitest";
import { editDates } from "@/lib/images/edit-dates";
import { changeImage, getImage } from "@/lib/images/image";
import { addImage } from "@/lib/testing/image-rows";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { detailsAnswer } from "./answers";
import { operations } from "./operations";

let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());

test("a program reads what people said of a picture, and nothing but what the document has", async () => {
  const viewer = await addViewer();
  const { id } = await addImage(viewer.id, { capturedAt: new Date(0), capturedSource: "file" });
  const answer = async () => detailsAnswer(await getImage(viewer, id));
  expect(await answer()).toMatchObject({
    ...{ description: "", altText: "", isFavourite: false },
    ...{ capturedAt: "1970-01-01T00:00:00.000Z", capturedSource: "file", isDateEdited: false },
  });
  const changes = { description: "By the\nlake", altText: "A heron", isFavourite: true };
  await changeImage(viewer, { id, changes });
  await editDates(viewer, { edit: "set", ids: [id], at: "2020-02-03T04:05", zone: "none" });
  expect(await answer()).toMatchObject({
    ...changes,
    ...{ capturedAt: "2020-02-03T04:05:00.000Z", capturedSource: "file", isDateEdited: true },
  });
  expect(Object.keys(await answer()).sort()).toEqual(Object.keys(operations.getImage.answer.shape).sort());
});
