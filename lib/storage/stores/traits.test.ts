import { expect, expectTypeOf, test } from "vitest";
import { findStore, stores, type Trait, traitsOf } from "./traits";

test("a store is known by its host, where that tells, and only there", () => {
  expect(findStore("account.r2.cloudflarestorage.com")).toBe("r2");
  expect(findStore("account.r2.cloudflarestorage.com:443")).toBe("r2");
  for (const host of ["127.0.0.1:9000", "s3.eu-west-1.amazonaws.com", "r2.cloudflarestorage.com.example.org"])
    expect(findStore(host)).toBeNull();
});

test("the traits of several stores are those of each, and none those of a store that is not there", () => {
  expect([...traitsOf("")]).toEqual([]);
  expect(Object.fromEntries(traitsOf("ceph"))).toEqual(stores.ceph.traits);
  expect(traitsOf("ceph,r2").get("no-post-policies")).toMatch(/501/);
  expect(() => traitsOf("cepf")).toThrow("no store named cepf");
  expectTypeOf<"checks-no-sha265">().not.toExtend<Trait>();
});
