import { createHash, randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { type Manifest, pack, unpack } from "./archive";

const contents = Buffer.concat([randomBytes(200_000), Buffer.alloc(300_000, "pail")]);
const manifest: Manifest = {
  pail: "1.2.3",
  installation: "ab".repeat(16),
  migration: { tag: "0011_“한글”", when: 1 },
  madeAt: "2026-11-29T08:00:00.000Z",
  format: "sqlite",
  bytes: contents.length,
  sha256: createHash("sha256").update(contents).digest("hex"),
  rows: { users: 1, images: 2 },
};

async function* inChunks(bytes: Buffer, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

const all = async (bytes: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const nothing = () => "it was taken";
const packed = () => all(pack(manifest, inChunks(contents, 64 * 1024)));

const unpacked = async (bytes: Buffer, length = 64 * 1024) => {
  const { manifest: said, contents: held } = await unpack(inChunks(bytes, length), "it");
  return { said, held: await all(held) };
};

test("what is packed comes out, with what was said of it, however it is cut into pieces", async () => {
  const bytes = await packed();
  for (const length of [100, 1000, bytes.length]) {
    const { said, held } = await unpacked(bytes, length);
    expect(said).toEqual(manifest);
    expect(held.equals(contents)).toBe(true);
  }
});

test("gunzip alone gives back what is in it", async () => {
  expect(gunzipSync(await packed()).equals(contents)).toBe(true);
});

test("a byte that changed, wherever it is, and an end that is missing are found", async () => {
  const bytes = await packed();
  const places = [0, 3, 11, 40, 200, bytes.indexOf(0, 10) + 1, 5000, bytes.length - 9, bytes.length - 4];
  for (const place of places) {
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ 0xff;
    await expect(unpacked(changed).then(nothing), `byte ${place}`).rejects.toMatchObject({
      code: "bad_backup",
    });
  }
  for (const length of [0, 5, 100, 2000, bytes.length - 9, bytes.length - 1])
    await expect(unpacked(bytes.subarray(0, length)).then(nothing), `${length} bytes`).rejects.toMatchObject({
      code: "bad_backup",
    });
});

test("contents that are not those of the manifest are not taken for whole", async () => {
  const other = await all(pack(manifest, inChunks(contents.subarray(1), 1000)));
  await expect(unpacked(other)).rejects.toThrow("it is damaged or was cut short.");
});

test("what is no backup is said to be none", async () => {
  for (const bytes of [Buffer.from("a text"), randomBytes(100_000), Buffer.from("1f8b0800", "hex")])
    await expect(unpacked(bytes)).rejects.toThrow("it is no backup of Pail, or its beginning is damaged.");
});

test("an error of whoever gives the bytes comes through", async () => {
  async function* broken() {
    yield (await packed()).subarray(0, 2000);
    throw new Error("the connection broke");
  }
  const { contents: held } = await unpack(broken(), "it");
  await expect(all(held)).rejects.toThrow("the connection broke");
  async function* unreadable(): AsyncGenerator<Buffer> {
    yield contents;
    throw new Error("the disk broke");
  }
  await expect(all(pack(manifest, unreadable()))).rejects.toThrow("the disk broke");
});
