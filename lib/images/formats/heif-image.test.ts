import sharp from "sharp";
import { expect, it } from "vitest";
import { makeCorpus } from "@/lib/testing/corpus/corpus";
import { avif } from "./avif";
import { ByteReader, blobSource } from "./byte-reader";
import { readBoxes } from "./heif";

const readerOf = (bytes: Uint8Array) => new ByteReader(blobSource(new Blob([new Uint8Array(bytes)])));

const fileOf = async (name: string): Promise<Buffer> => {
  const file = (await makeCorpus()).find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`there is no ${name}`);
  return file.bytes;
};

it.each([
  ...["zeros behind it", "text behind it", "three bytes behind it"],
  ...["a box behind it that is cut off", "a last box that is too long"],
])("an AVIF with %s is mended to boxes up to its end, and shows the same", async (oddity) => {
  const file = await fileOf(`${oddity}.avif`);
  const { edits } = await avif.mend(readerOf(file));
  const [edit] = edits;
  if (edit === undefined) throw new Error("nothing is mended");
  const mended = Buffer.concat([
    file.subarray(0, edit.at),
    edit.bytes,
    file.subarray(edit.at + edit.bytes.length),
  ]);
  const boxes = await readBoxes(readerOf(mended), 0, mended.length);
  expect(boxes.at(-1)?.end).toBe(mended.length);
  const pixels = (bytes: Buffer) => sharp(bytes).raw().toBuffer();
  expect((await pixels(mended)).equals(await pixels(await fileOf("plain.avif")))).toBe(true);
});

it("of an AVIF of whole boxes there is nothing to mend", async () => {
  const file = await fileOf("plain.avif");
  await expect(avif.mend(readerOf(file))).rejects.toMatchObject({ code: "damaged_image" });
});
