import { createHash, randomBytes } from "node:crypto";
import { Crc32c } from "@aws-sdk/checksums/crc";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { maxBytesAtOnce, partsOf, sha256Alone, type WantedDigests } from "@/lib/uploads/contract";
import { digestsOf, sha256 } from "./digests";
import { withDigests } from "./prepare-image";
import type { PreparedImage } from "./prepared-image";

const hash = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest("base64");
const small = randomBytes(1000);
let large: Buffer;

beforeAll(() => {
  large = Buffer.concat([randomBytes(100), Buffer.alloc(maxBytesAtOnce)]);
});

async function digestOf(algorithm: "sha256" | "md5" | "crc32c", bytes: Buffer): Promise<string> {
  if (algorithm !== "crc32c") return hash(algorithm, bytes);
  const crc32c = new Crc32c();
  crc32c.update(bytes);
  return Buffer.from(await crc32c.digest()).toString("base64");
}

const blobOf = (bytes: Buffer) => new Blob([bytes as Uint8Array<ArrayBuffer>]);

describe("what goes at once", () => {
  it.each<[WantedDigests["object"], object]>([
    ["sha256", { sha256: hash("sha256", small) }],
    ["md5", { sha256: hash("sha256", small), md5: hash("md5", small) }],
  ])("has the SHA-256, and what else is wanted: %s", async (object, digests) => {
    expect(await digestsOf(blobOf(small), { object, part: "crc32c" })).toEqual(digests);
  });

  it("has the same without a secure context, where the browser hashes nothing itself", async () => {
    vi.stubGlobal("crypto", { subtle: undefined });
    expect(await sha256(blobOf(small))).toBe(hash("sha256", small));
    vi.unstubAllGlobals();
  });
});

describe("what goes in parts", () => {
  it.each(["sha256", "md5", "crc32c"] as const)("has the %s of each, as Node computes it", async (part) => {
    const { parts, partDigest, ...whole } = await digestsOf(blobOf(large), { object: "md5", part });
    expect(whole).toEqual({ sha256: hash("sha256", large), md5: hash("md5", large) });
    expect(partDigest).toBe(part === "sha256" ? undefined : part);
    const expected = partsOf(large.length).map(({ start, end }) =>
      digestOf(part, large.subarray(start, end)),
    );
    expect(parts).toEqual(await Promise.all(expected));
  });

  it("tells how much of it is read", async () => {
    const shares: number[] = [];
    await digestsOf(blobOf(large), sha256Alone, (share) => shares.push(share));
    expect(shares).toEqual(partsOf(large.length).map(({ end }) => end / large.length));
    expect(shares.at(-1)).toBe(1);
  });

  it("has none of parts where the store takes no parts", async () => {
    const wanted = { object: "sha256", part: "none" } as const;
    expect(await digestsOf(blobOf(large), wanted)).toEqual({ sha256: hash("sha256", large) });
  });
});

describe("a picture that was prepared", () => {
  const variant = {
    type: "image/webp" as const,
    bytes: 1000,
    sha256: hash("sha256", small),
    blob: blobOf(small),
  };
  const prepared = (): PreparedImage => ({
    original: { type: "image/jpeg", bytes: 1000, sha256: hash("sha256", small), blob: blobOf(small) },
    ...{ thumb: variant, display: variant },
    thumbhash: "hash",
  });
  const wanted = { object: "md5", part: "sha256" } as const;

  it("gets the digests that it lacks, and stays what it was", async () => {
    const image = prepared();
    const md5 = hash("md5", small);
    expect(await withDigests(image, wanted)).toEqual({
      original: { ...image.original, md5 },
      thumb: { ...image.thumb, md5 },
      display: { ...image.display, md5 },
      thumbhash: "hash",
    });
  });

  it("of a file that has changed since gets none", async () => {
    const { original, ...others } = prepared();
    const changed = { ...others, original: { ...original, blob: blobOf(randomBytes(1000)) } };
    await expect(withDigests(changed, wanted)).rejects.toMatchObject({ code: "file_changed" });
  });
});
