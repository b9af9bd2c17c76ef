import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startTestPail } from "@/lib/testing/test-pail";
import { bucketClient } from "./bucket-client";
import { staticFiles } from "./locations";
import { manifestName, planStaticFiles, putStaticFiles, type StaticFile } from "./static-files";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let folder: string;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-static-"));
  const left: string[] = [];
  for await (const { files } of staticFiles().listdir("", { recursive: true }))
    left.push(...files.map(({ name }) => name));
  await staticFiles().delete(left);
  return () => rm(folder, { recursive: true });
});

async function makeFile(name: string, content: string | Buffer = name, isHashed = true): Promise<StaticFile> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return { name, path: file, isHashed };
}

const plan = (files: StaticFile[]) => planStaticFiles(staticFiles(), files);

async function collect(files: StaticFile[]): Promise<string[]> {
  const planned = await plan(files);
  await putStaticFiles(staticFiles(), planned);
  return planned.changed.map(({ name }) => name);
}

const headOf = (name: string) =>
  bucketClient().s3.send(
    new HeadObjectCommand({ Bucket: bucketClient().name, Key: staticFiles().key(name) }),
  );

/** How many requests go to the store. */
async function countRequests(work: () => Promise<unknown>): Promise<number> {
  const { requestHandler } = bucketClient().s3.config;
  const handle = vi.spyOn(requestHandler, "handle");
  try {
    await work();
    return handle.mock.calls.length;
  } finally {
    handle.mockRestore();
  }
}

test("every file has its type, its encoding and its cache's rule, and comes back as it was", async () => {
  const script = "export const answer = 42;\n".repeat(100);
  await collect([
    await makeFile("_next/static/chunks/a1b2.js", script),
    await makeFile("_next/static/chunks/c3.css", "a {}"),
    await makeFile("_next/static/media/font.woff2", Buffer.alloc(3000)),
    await makeFile("icon.svg", `<svg xmlns="http://www.w3.org/2000/svg">${" ".repeat(500)}</svg>`, false),
    await makeFile("robots.txt", "", false),
    await makeFile("a file of no type", "x", false),
  ]);
  const facts = async (name: string) => {
    const { ContentType, ContentEncoding, CacheControl } = await headOf(name);
    return [ContentType, ContentEncoding, CacheControl];
  };
  const [forGood, forAnHour] = ["public, max-age=31536000, immutable", "public, max-age=3600"];
  expect(await facts("_next/static/chunks/a1b2.js")).toEqual([
    "text/javascript; charset=utf-8",
    "gzip",
    forGood,
  ]);
  expect(await facts("_next/static/chunks/c3.css")).toEqual(["text/css; charset=utf-8", undefined, forGood]);
  expect(await facts("_next/static/media/font.woff2")).toEqual(["font/woff2", undefined, forGood]);
  expect(await facts("icon.svg")).toEqual(["image/svg+xml", "gzip", forAnHour]);
  expect(await facts("robots.txt")).toEqual(["text/plain; charset=utf-8", undefined, forAnHour]);
  expect(await facts("a file of no type")).toEqual(["application/octet-stream", undefined, forAnHour]);
  expect(String(gunzipSync(await staticFiles().read("_next/static/chunks/a1b2.js")))).toBe(script);
  expect(await staticFiles().read("_next/static/media/font.woff2")).toEqual(Buffer.alloc(3000));
  expect((await headOf(manifestName)).CacheControl).toBe("no-cache");
});

test("only what changed is sent, also what is gone from the bucket or has another length there", async () => {
  const files = await Promise.all(["a.js", "b.js", "c.js", "d.js"].map((name) => makeFile(name)));
  expect(await collect(files)).toEqual(["a.js", "b.js", "c.js", "d.js"]);
  expect(await collect(files)).toEqual([]);
  await makeFile("a.js", "A.js");
  await staticFiles().delete(["b.js"]);
  await staticFiles().save("c.js", "longer", { type: "text/javascript", overwrite: true });
  expect(await collect(files)).toEqual(["a.js", "b.js", "c.js"]);
  expect(String(await staticFiles().read("a.js"))).toBe("A.js");
  const asPublic = files.map((file) => ({ ...file, isHashed: file.name !== "d.js" }));
  expect(await collect(asPublic)).toEqual(["d.js"]);
});

test("2,000 files of which none has changed take four requests", async () => {
  const files = await Promise.all(Array.from({ length: 2000 }, (_, n) => makeFile(`chunks/${n}.js`)));
  expect(await collect(files)).toHaveLength(2000);
  // The manifest, and 2,001 objects on three pages.
  expect(await countRequests(async () => expect(await collect(files)).toEqual([]))).toBe(4);
}, 300_000);

test("what is no longer there is named, and stays until it is deleted", async () => {
  const [kept, gone] = [await makeFile("kept.js"), await makeFile("gone.js")];
  await collect([kept, gone]);
  const planned = await plan([kept]);
  expect(planned).toMatchObject({ changed: [], leftovers: ["gone.js"], isManifestStale: true });
  await putStaticFiles(staticFiles(), planned);
  const manifest = JSON.parse(String(await staticFiles().read(manifestName)));
  expect(Object.keys(manifest.files)).toEqual(["kept.js"]);
  expect(await staticFiles().exists("gone.js")).toBe(true);
});

test("cut short, it leaves the manifest of before; the next run sends the rest", async () => {
  const files = await Promise.all(
    Array.from({ length: 20 }, (_, n) => makeFile(`${String(n).padStart(2, "0")}.js`)),
  );
  const planned = await plan(files);
  await rm(path.join(folder, "10.js"));
  await expect(putStaticFiles(staticFiles(), planned)).rejects.toThrow("ENOENT");
  expect(await staticFiles().exists(manifestName)).toBe(false);
  await makeFile("10.js");
  expect(await collect(files)).toHaveLength(20);
  expect(await collect(files)).toEqual([]);
});

test("an unreadable manifest counts as none; a file cannot take its name", async () => {
  const file = await makeFile("a.js");
  await collect([file]);
  for (const content of ["{", "{}", '{"files":{"a.js":{"sha256":1}}}']) {
    await staticFiles().save(manifestName, content, { type: "application/json", overwrite: true });
    expect(await collect([file])).toEqual(["a.js"]);
  }
  await expect(plan([await makeFile(manifestName)])).rejects.toThrow("must have another name");
});
