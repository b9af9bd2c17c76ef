import { expect, test } from "vitest";
import { expiryOf } from "./contract";

test("a signed URL says when it ends", () => {
  const url =
    "https://b.test/k?response-cache-control=x&X-Amz-Date=20261129T120000Z&X-Amz-Expires=86400&X-Amz-Signature=0";
  expect(expiryOf(url)).toBe(Date.UTC(2026, 10, 30, 12));
  expect(expiryOf("https://b.test/k?X-Amz-Expires=60&X-Amz-Date=20261129T120000Z")).toBe(
    Date.UTC(2026, 10, 29, 12, 1),
  );
});

test.each(["https://b.test/k", "https://b.test/k?X-Amz-Expires=60", "/k?X-Amz-Date=20261129T120000Z"])(
  "%s says nothing of it",
  (url) => {
    expect(expiryOf(url)).toBe(null);
  },
);
