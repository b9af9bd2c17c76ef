import { beforeAll, describe, expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { makeCorpus } from "@/lib/testing/corpus/corpus";
import type { CorpusFile } from "@/lib/testing/corpus/quadrants";
import { maxSourceReads } from "./formats/byte-reader";
import { inspect } from "./inspect";

const limits = { maxBytes: 50_000_000, maxPixels: 50_000_000 };
const maxMs = 2000;

let corpus: CorpusFile[];
beforeAll(async () => {
  corpus = await makeCorpus();
});

async function inspectMetered(bytes: Uint8Array) {
  let reads = 0;
  const read = async (start: number, end: number) => {
    reads += 1;
    return bytes.slice(start, end);
  };
  const startedAt = performance.now();
  const outcome = await inspect({ bytes: bytes.length, read }, limits).catch((error: unknown) => error);
  return { outcome, reads, ms: performance.now() - startedAt };
}

describe("every format with every oddity", () => {
  test("is taken as what is shown of it, or refused", async () => {
    const found = [];
    for (const { bytes } of corpus) {
      const { outcome } = await inspectMetered(bytes);
      if (outcome instanceof AppError) found.push(null);
      else {
        const { width, height, capturedAt, facts } = outcome as Awaited<ReturnType<typeof inspect>>;
        found.push({ width, height, capturedAt, isAnimated: facts.isAnimated === true });
      }
    }
    const right = corpus.map(({ shown }) => {
      if (shown === null) return null;
      const { width, height, capturedAt, isAnimated } = shown;
      return { width, height, capturedAt, isAnimated };
    });
    const byName = (values: unknown[]) =>
      Object.fromEntries(corpus.map(({ name }, index) => [name, values[index]]));
    expect(byName(found)).toEqual(byName(right));
  });

  test("costs a bounded number of reads, and of time", async () => {
    for (const { name, bytes } of corpus) {
      const { reads, ms } = await inspectMetered(bytes);
      expect(reads, name).toBeLessThanOrEqual(maxSourceReads);
      expect(ms, name).toBeLessThan(maxMs);
    }
  });
});
