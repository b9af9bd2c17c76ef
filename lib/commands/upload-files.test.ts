import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makePicture } from "@/lib/testing/test-pail";
import { systemClock } from "@/lib/uploads/client/clock";
import { type FileResult, uploadFiles } from "./upload-files";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-upload-files-"));
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

test("a form that has run out by its file's turn is asked for again, by what the grant says of its life", async () => {
  const files = await Promise.all(
    ["a", "b", "c", "d", "e", "f"].map(async (name) => {
      const file = path.join(folder, `${name}.jpg`);
      await writeFile(file, (await makePicture()).bytes.original);
      return file;
    }),
  );
  let nowMs = 0;
  vi.spyOn(systemClock, "now").mockImplementation(() => nowMs);
  const asked: (string | undefined)[][] = [];
  const sent: string[] = [];
  const client: Parameters<typeof uploadFiles>[0] = {
    begin: async (offers) => {
      asked.push(offers.map(({ uploadId }) => uploadId));
      return offers.map(({ name, uploadId }) => ({
        status: "granted",
        id: uploadId ?? name,
        form: { method: "POST", url: `https://bucket.test/${asked.length}`, fields: {} },
        expiresInSeconds: 60,
      }));
    },
    // Four at a time: the two that are left find their forms too old.
    send: async ({ url }) => {
      sent.push(new URL(url).pathname);
      if (sent.length === 4) nowMs = 57_000;
    },
    confirm: async (id) => ({ ...image, id }),
  };
  const results: FileResult[] = [];
  const open = new Set<string>();
  await uploadFiles(client, files, open, (result) => results.push(result));
  expect(results.map(({ status }) => status)).toEqual(Array(6).fill("sent"));
  expect(asked).toEqual([Array(6).fill(undefined), ["e.jpg"], ["f.jpg"]]);
  expect(sent).toEqual([
    ...Array(4).fill("/1"),
    expect.not.stringMatching("/1"),
    expect.not.stringMatching("/1"),
  ]);
  expect(open.size).toBe(0);
});

const image = {
  url: "https://pail.test/images/1",
  title: "A",
  width: 1,
  height: 1,
  capturedAt: "2026-01-01T00:00:00Z",
  thumbUrl: "https://bucket.test/thumb",
};
