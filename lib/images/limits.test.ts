import { expect, test } from "vitest";
import { formatLimit } from "@/lib/texts/formats";
import { sayBytes, sayPixels } from "./limits";

test.each([
  [50 * 1024 * 1024, "50 MB"],
  [50_000_000, "50 MB"],
  [5 * 1024 ** 3, "5 GB"],
  [1_500_000, "1.5 MB"],
  [999_999, "0.9 MB"],
])("a limit of %i bytes is said as %s, and never as more than is taken", (bytes, said) => {
  expect(sayBytes(bytes)).toBe(said);
  expect(formatLimit("en", bytes)).toBe(said);
  expect(Number.parseFloat(said) * (said.endsWith("GB") ? 1e9 : 1e6)).toBeLessThanOrEqual(bytes);
});

test("pixels are said in megapixels", () => {
  expect([sayPixels(50_000_000), sayPixels(12_340_000)]).toEqual(["50 megapixels", "12.3 megapixels"]);
});
