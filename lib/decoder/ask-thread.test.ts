import { fork } from "node:child_process";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { plainDecoding } from "@/lib/images/formats/header";
import { variantKinds } from "@/lib/images/variants";
import { log } from "@/lib/log";
import { bounds, makeVariants } from "./decoder";

vi.mock("node:child_process", async (original) => ({ ...(await original<object>()), fork: vi.fn() }));
beforeEach(() => vi.spyOn(log, "warn").mockReturnValue());
afterEach(() => vi.restoreAllMocks());

const slow = (within = bounds) =>
  makeVariants(
    {
      file: path.join(import.meta.dirname, "cases", "slow-grid-8x8.heic"),
      type: "image/heic",
      width: 6000,
      height: 8000,
      orientation: 1,
      decoding: plainDecoding,
    },
    variantKinds,
    within,
  );

test("where no process can be started, a thread decodes, within the same bounds", async () => {
  vi.mocked(fork).mockImplementation(() => {
    throw Object.assign(new Error("not here"), { code: "ERR_ACCESS_DENIED" });
  });
  const small = {
    file: "e2e/photos/alpine-path-phone.heic",
    type: "image/heic",
    width: 1000,
    height: 750,
    orientation: 1,
    decoding: plainDecoding,
  } as const;
  const { variants, thumbhash } = await makeVariants(small, variantKinds);
  expect(variants.thumb.bytes.length).toBeGreaterThan(1000);
  expect(thumbhash.length).toBeGreaterThan(10);
  expect(log.warn).toHaveBeenCalledOnce();
  await expect(slow({ ...bounds, maxMilliseconds: 700 })).rejects.toMatchObject({ reason: "time" });
  // The thread is ended, or libheif holds itself to it first.
  const error = await slow({ ...bounds, maxMemoryBytes: 60_000_000 }).catch((reason) => reason);
  expect(error.reason ?? String(error.cause)).toMatch(/memory/i);
});
