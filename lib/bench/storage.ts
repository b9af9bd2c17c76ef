import { performance } from "node:perf_hooks";
import { fillIndex } from "@/lib/bench/local-bucket/listing";
import { bucket, credentials, region, withFolder, withServer } from "@/lib/bench/local-bucket/processes";
import { setEnv } from "@/lib/env";
import { IndexDatabase } from "@/lib/local-bucket/index/database";
import { bucketClient } from "@/lib/storage/bucket-client";
import { media } from "@/lib/storage/locations";
import type { Storage } from "@/lib/storage/storage";

const megabyte = 1024 ** 2;
const gigabyte = 1024 * megabyte;
const chunk = Buffer.alloc(64 * 1024, "pail");
const keys = 1_000_000;

/** Prints how much memory a process takes more to save and to open 1 GB, and to list a million objects. */
export async function benchStorage(): Promise<void> {
  await withFolder(async (folder) => {
    const db = new IndexDatabase(folder);
    await fillIndex(db, "many", keys);
    db.close();
    await withServer("local-bucket", folder, async ({ url }) => {
      setEnv({
        S3_BUCKET: bucket,
        S3_ENDPOINT: url,
        S3_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      });
      const storage = media();
      const binary = { type: "application/octet-stream" };
      for (let i = 0; i < 30; i += 1) await storage.read(await storage.save("warm", chunk, binary));
      await measure("save of 1 GB from a stream", () => storage.save("large", stream(gigabyte), binary));
      await measure("open of 1 GB", async () => {
        let bytes = 0;
        for await (const piece of await storage.open("large")) bytes += piece.length;
        if (bytes !== gigabyte) throw new Error(`${bytes} bytes came back.`);
      });
      const many: Storage = Object.assign(Object.create(storage), {
        bucket: { ...bucketClient(), name: "many" },
      });
      await measure(`listdir of ${keys.toLocaleString("en")} objects`, async () => {
        let count = 0;
        let largest = 0;
        for await (const { files } of many.listdir("", { recursive: true })) {
          count += files.length;
          largest = Math.max(largest, files.length);
        }
        if (count !== keys || largest > 1000) throw new Error(`${count} objects, ${largest} on a page.`);
      });
    });
  });
}

async function* stream(bytes: number): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk;
}

async function measure(what: string, act: () => Promise<unknown>): Promise<void> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const startedAt = performance.now();
  await act();
  clearInterval(sampling);
  const seconds = (performance.now() - startedAt) / 1000;
  const more = Math.max(0, peak - before) / megabyte;
  console.log(
    `memory, ${what}: ${more.toFixed(0)} MB more in ${seconds.toFixed(1)} s (mark: less than 100 MB more)`,
  );
}
