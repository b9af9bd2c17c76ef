import { expect, test } from "vitest";
import { s3Traits, withOverride } from "./traits";

test("S3_UPLOAD decides how browsers send, but not whether the store holds any way at all", () => {
  const none = { ...s3Traits, upload: "none" as const };
  expect(withOverride(s3Traits, "auto")).toBe(s3Traits);
  expect(withOverride(s3Traits, "put")).toEqual({ ...s3Traits, upload: "put" });
  expect(withOverride({ ...s3Traits, upload: "put" }, "post")).toEqual(s3Traits);
  for (const upload of ["auto", "post", "put"] as const) expect(withOverride(none, upload)).toBe(none);
});
