import { Agent, get } from "node:http";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { IndexDatabase } from "@/lib/local-bucket/index/database";
import { ObjectIndex } from "@/lib/local-bucket/index/object-index";
import type { ObjectRecord } from "@/lib/local-bucket/index/records";
import { interleave, median, print, printRatio } from "./figures";
import { withFolder, withServer } from "./processes";

const sizes = { few: 10_000, many: 1_000_000 };
const batch = 10_000;
const pages = 100;

/** Prints how long a page of 1,000 keys takes in a bucket of many keys and in one of few, from places all over. */
export async function benchListing(): Promise<void> {
  await withFolder(async (folder) => {
    const db = new IndexDatabase(folder);
    for (const [bucket, count] of Object.entries(sizes)) await fillIndex(db, bucket, count);
    db.close();
    await withServer("local-bucket", folder, async ({ client }) => {
      const agent = new Agent({ keepAlive: true });
      const list = async (bucket: keyof typeof sizes) => {
        const after = Math.floor(Math.random() * (sizes[bucket] - 1000));
        const command = new ListObjectsV2Command({ Bucket: bucket, StartAfter: key(after) });
        const url = await getSignedUrl(client, command);
        const startedAt = performance.now();
        const page = await read(url, agent);
        if (page.split("<Key>").length !== 1001) throw new Error("A page did not have 1,000 keys.");
        return performance.now() - startedAt;
      };
      for (let i = 0; i < 20; i++) await Promise.all([list("few"), list("many")]);
      const times = await interleave(pages, { few: () => list("few"), many: () => list("many") });
      agent.destroy();
      const [few, many] = [median(times.few), median(times.many)];
      print(`listing, 1,000 keys: ${few.toFixed(1)} ms of 10,000, ${many.toFixed(1)} ms of 1,000,000`);
      printRatio("1,000,000 to 10,000", many / few, "at most 2");
    });
  });
}

/** A bucket of rows without files, under media/: a listing reads none. */
export async function fillIndex(db: IndexDatabase, name: string, count: number): Promise<void> {
  const index = new ObjectIndex(db);
  await index.createBucket({ name, createdAt: 0, settings: {} });
  const object: ObjectRecord = {
    headers: { "content-type": "image/jpeg" },
    metadata: {},
    tags: [],
    blobIds: ["0".repeat(32)],
    size: 1,
    etag: "0".repeat(32),
    checksums: {},
    modifiedAt: 0,
  };
  for (let from = 0; from < count; from += batch) {
    const keys = Array.from({ length: batch }, (_, i) => key(from + i));
    await Promise.all(keys.map((each) => index.saveObject(name, each, object, [])));
  }
}

function key(number: number): string {
  return `media/${String(number).padStart(7, "0")}/original.jpg`;
}

function read(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk)).once("error", reject);
      response.once("end", () => resolve(Buffer.concat(chunks).toString()));
    }).once("error", reject);
  });
}
