import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "./open-store";

const dayMs = 24 * 60 * 60 * 1000;

test("how an upload was completed is kept for a week, then forgotten with the next one", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "completions-"));
  const store = await openStore(
    dataDir,
    () => new Date(),
    () => {},
  );
  await store.index.createBucket({ name: "pail", createdAt: 0, settings: {} });
  const attributes = { headers: {}, metadata: {}, tags: [] };
  const content = { size: 0, etag: "e-0", checksums: {} };
  const complete = async (id: string, modifiedAt: number) => {
    const upload = { id, bucket: "pail", key: id, startedAt: 0, attributes, checksum: undefined };
    await store.uploads.create(upload);
    const object = { ...attributes, ...content, blobIds: [], modifiedAt };
    await store.uploads.complete(upload, object, `parts of ${id}`, () => {});
  };
  const find = (id: string) => store.uploads.findCompletion("pail", id, id);
  await complete("old", 0);
  await complete("young", 7 * dayMs);
  expect(find("old")).toEqual({ ...content, parts: "parts of old" });
  await complete("new", 7 * dayMs + 1);
  expect([find("old"), find("young")?.parts]).toEqual([undefined, "parts of young"]);
  store.close();
  await rm(dataDir, { recursive: true });
});
