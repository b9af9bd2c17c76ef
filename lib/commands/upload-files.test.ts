import { createHash } from "node:crypto";
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

test("where the bucket wants the MD5 too, it is computed and asked for once more; for later files at once", async () => {
  const pictures = await Promise.all(Array.from({ length: 102 }, () => makePicture()));
  const files = await Promise.all(
    pictures.map(async ({ bytes }, n) => {
      const file = path.join(folder, `md5-${n}.jpg`);
      await writeFile(file, bytes.original);
      return file;
    }),
  );
  const md5s = pictures.map(({ bytes }) => createHash("md5").update(bytes.original).digest("base64"));
  const asked: (string | undefined)[][] = [];
  const client: Parameters<typeof uploadFiles>[0] = {
    begin: async (offers) => {
      asked.push(offers.map(({ md5 }) => md5));
      return offers.map(({ name, md5 }) =>
        // The store has changed between two of them.
        md5 === undefined && name !== "md5-0.jpg"
          ? { status: "refused", error: { code: "digest_missing", message: "Its MD5 is wanted." } }
          : {
              ...{ status: "granted", id: name, expiresInSeconds: 60 },
              form: { method: "PUT", url: "https://bucket.test/", headers: {} },
            },
      );
    },
    send: async () => {},
    confirm: async (id) => ({ ...image, id }),
  };
  const results: FileResult[] = [];
  await uploadFiles(client, files, new Set(), (result) => results.push(result));
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["sent"]));
  const [first, second, ...others] = asked;
  expect([first, second]).toEqual([Array(100).fill(undefined), md5s.slice(1, 100)]);
  // The next file had been read by then.
  expect(others).toEqual([[undefined, md5s[101]], [md5s[100]]]);
});

const image = {
  url: "https://pail.test/images/1",
  title: "A",
  width: 1,
  height: 1,
  capturedAt: "2026-01-01T00:00:00Z",
  thumbUrl: "https://bucket.test/thumb",
};
