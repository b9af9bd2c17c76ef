import { expect, expectTypeOf, test } from "vitest";
import { type Quirk, quirks, quirksOf } from "./quirks";

test("the quirks of several stores are those of each, and none those of a store that is not there", () => {
  expect([...quirksOf("")]).toEqual([]);
  expect(Object.fromEntries(quirksOf("ceph"))).toEqual(quirks.ceph);
  expect(quirksOf("ceph,r2").get("no-post-policies")).toMatch(/501/);
  expect(() => quirksOf("cepf")).toThrow("no store named cepf");
  expectTypeOf<"checks-no-sha265">().not.toExtend<Quirk>();
});
