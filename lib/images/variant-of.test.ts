import { expect, test } from "vitest";
import { imageRow } from "@/lib/testing/image-rows";
import { variantOf } from "./variant-of";
import { largestFirst, variantKinds } from "./variants";

const row = imageRow("owner", { type: "image/heic" });

test("a picture is shown by the variant that is asked for", () => {
  for (const kind of variantKinds)
    expect(variantOf(row, kind)).toEqual({ key: row.keys[kind], type: "image/webp" });
});

test("where a picture of an earlier Pail lacks a variant, the next larger one is shown, else the largest", () => {
  for (const [place, kind] of largestFirst.entries()) {
    const keys = { ...row.keys, [kind]: undefined };
    const variantTypes = { ...row.variantTypes, [kind]: undefined };
    const neighbour = largestFirst[place === 0 ? 1 : place - 1] ?? kind;
    expect(variantOf({ ...row, keys, variantTypes }, kind).key).toBe(keys[neighbour]);
  }
});

test("where it has none the original is shown", () => {
  const { original } = row.keys;
  const bare = { ...row, keys: { original }, variantTypes: {} };
  for (const kind of variantKinds)
    expect(variantOf(bare, kind)).toEqual({ key: original, type: "image/heic" });
});
