import fc from "fast-check";
import { expect, test } from "vitest";
import { imageRow } from "@/lib/testing/image-rows";
import { readObjectMetadata, toObjectMetadata } from "./adoption";
import { orderWithin } from "./captured";
import { cleanName, titleOf } from "./names";

const uploadId = "01a22651-c84a-74fb-8133-397082e73f41";
const variantBytes = { thumb: 12_345, display: 543_210 };
const bytesOf = (said: Record<string, string>) =>
  Object.entries(said).reduce((sum, [key, value]) => sum + Buffer.byteLength(`x-amz-meta-${key}${value}`), 0);

/** As the database has it, where nobody has changed anything since. */
function rowNamed(name: string, facts: unknown = {}) {
  return {
    ...imageRow("01a22651-c84a-74fb-8133-397082e73f42", { name, title: titleOf(name), facts }),
    capturedZoneMinutes: -210,
    capturedOrder: orderWithin(7, name),
    capturedSource: "picture" as const,
    sha256: "x".repeat(44),
  };
}

test("what a copy says of its picture comes back as it was, in any script, as ASCII and within 2 KB", () => {
  const names = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 60 })
    .map((name) => cleanName(name, 255));
  const facts = fc.record({
    make: fc.string({ unit: "grapheme", maxLength: 20 }),
    fNumber: fc.constant(1.8),
  });
  fc.assert(
    fc.property(names, facts, (name, said) => {
      const row = rowNamed(name, said);
      const metadata = toObjectMetadata(row, uploadId, variantBytes);
      expect(Object.values(metadata).join("")).toMatch(/^[\x21-\x7e]*$/);
      expect(bytesOf(metadata)).toBeLessThanOrEqual(2048);
      const { keys, variantTypes, storedBytes, facts: _, ...kept } = row;
      const read = readObjectMetadata(metadata);
      expect(read).toMatchObject({ uploadId, row: kept });
      expect(read?.variants.thumb).toEqual({ type: "image/webp", bytes: 12_345 });
      if (metadata["pail-facts"] !== undefined) expect(read?.facts).toEqual(said);
    }),
  );
});

test("a name that is too long ends earlier, at a whole character and with its extension, and what the file says is left out", () => {
  const facts = { make: "A camera", model: "B".repeat(60) };
  for (const character of ["호", "👩‍👩‍👧‍👦", "n\u0303"]) {
    const metadata = toObjectMetadata(
      rowNamed(`${character.repeat(250)}.jpeg`, facts),
      uploadId,
      variantBytes,
    );
    expect(bytesOf(metadata)).toBeLessThanOrEqual(2048);
    const name = readObjectMetadata(metadata)?.row.name ?? "";
    expect(name).toMatch(/\.jpeg$/);
    const stem = titleOf(name);
    expect(stem).toBe(character.repeat(stem.length / character.length));
    expect(stem.length).toBeGreaterThan(30);
  }
  const long = toObjectMetadata(rowNamed(`${"호".repeat(250)}.jpeg`, facts), uploadId, variantBytes);
  expect(readObjectMetadata(long)?.facts).toBeNull();
  const halved = toObjectMetadata(rowNamed("a.jpeg", { make: "\ud83d" }), uploadId, variantBytes);
  expect(readObjectMetadata(halved)?.facts).toEqual({ make: "\ufffd" });
});

test("what is no such word, or of another Pail, or damaged, counts as not said", () => {
  const metadata = toObjectMetadata(rowNamed("lake.jpg"), uploadId, variantBytes);
  expect(readObjectMetadata({})).toBeNull();
  expect(readObjectMetadata({ ...metadata, pail: "{" })).toBeNull();
  expect(
    readObjectMetadata({ ...metadata, pail: metadata.pail?.replace('"format":1', '"format":2') ?? "" }),
  ).toBeNull();
  expect(readObjectMetadata({ ...metadata, "pail-name": "%E0%A4%A" })?.row.name).toBe("picture.jpg");
});
