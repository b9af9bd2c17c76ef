import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { count } from "drizzle-orm";
import { credentials, region, withFolder, withServer } from "@/lib/bench/local-bucket/processes";
import { database, openDatabase, setDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { images } from "@/lib/db/schema";
import { setEnv } from "@/lib/env";
import { newId } from "@/lib/ids";
import { toObjectMetadata } from "@/lib/images/adoption";
import { IndexDatabase } from "@/lib/local-bucket/index/database";
import { ObjectIndex } from "@/lib/local-bucket/index/object-index";
import { imageRow } from "@/lib/testing/image-rows";
import { setTraits } from "@/lib/testing/test-pail";
import { mergeJournal } from "@/lib/upkeep/journal/write";
import { rebuild } from "@/lib/upkeep/rebuild";

const megabyte = 1024 ** 2;
const bucket = "rebuilt";
const batch = 5000;
const variantBytes = { thumb: 20_000, display: 400_000 };

/**
 * Prints how long a database takes to be made anew of a bucket alone, and how much memory: as the pictures themselves tell it, and as
 * the journal does. `npm run bench -- rebuild:20000` for another number of pictures.
 */
export async function benchRebuild(parameter = ""): Promise<void> {
  const pictures = Number(parameter) || 100_000;
  await withFolder(async (folder) => {
    const data = path.join(folder, "bucket");
    mkdirSync(data);
    await fill(data, pictures);
    await withServer("local-bucket", data, async ({ url }) => {
      setEnv({
        DATA_DIR: folder,
        S3_BUCKET: bucket,
        S3_ENDPOINT: url,
        S3_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      });
      const named = pictures.toLocaleString("en");
      await openNew(folder, "first");
      await measure(`rebuild of ${named} pictures, each asked what it is`, rebuild);
      await requirePictures(pictures);
      await measure(`journal of ${named} pictures, written whole`, () => mergeJournal({ always: true }));
      await openNew(folder, "second");
      await measure(`rebuild of ${named} pictures, by the journal`, rebuild);
      await requirePictures(pictures);
    });
    database().close();
  });
}

async function openNew(folder: string, name: string): Promise<void> {
  setDatabase(openDatabase(`file:${path.join(folder, `${name}.sqlite`)}`));
  await migrate(database());
  // What this store can is known, and is no part of what is measured.
  await setTraits({});
}

async function requirePictures(pictures: number): Promise<void> {
  const [row] = await database().orm.select({ count: count() }).from(images);
  if (row?.count !== pictures) throw new Error(`There are ${row?.count} pictures.`);
}

/** Originals that say what they are, and their variants, of ten owners: rows of the bucket's index without files, of which none is read. */
async function fill(folder: string, pictures: number): Promise<void> {
  const db = new IndexDatabase(folder);
  const index = new ObjectIndex(db);
  await index.createBucket({ name: bucket, createdAt: 0, settings: {} });
  const owners = Array.from({ length: 10 }, () => newId());
  const save = (
    key: string,
    size: number,
    metadata: Record<string, string>,
    checksums: Record<string, string>,
  ) =>
    index.saveObject(
      bucket,
      key,
      {
        headers: { "content-type": "image/jpeg" },
        metadata,
        tags: [],
        blobIds: ["0".repeat(32)],
        size,
        etag: "0".repeat(32),
        checksums,
        modifiedAt: 0,
      },
      [],
    );
  for (let from = 0; from < pictures; from += batch) {
    const saved: Promise<unknown>[] = [];
    for (let i = from; i < Math.min(pictures, from + batch); i += 1) {
      const sha256 = createHash("sha256").update(String(i)).digest("base64");
      const row = {
        ...imageRow(owners[i % owners.length] ?? "", {
          name: `IMG_${i} 호수.jpg`,
          sha256,
          facts: { make: "Canon" },
        }),
        capturedOrder: "000 x",
      };
      const about = toObjectMetadata(row, newId(), variantBytes);
      saved.push(save(row.keys.original, row.bytes, about, {}));
      for (const kind of ["thumb", "display"] as const)
        saved.push(save(`media/${row.id}/${kind}.webp`, variantBytes[kind], {}, {}));
    }
    await Promise.all(saved);
  }
  db.close();
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
  const [more, all] = [Math.max(0, peak - before) / megabyte, peak / megabyte];
  console.log(`${what}: ${seconds.toFixed(1)} s, at most ${all.toFixed(0)} MB (${more.toFixed(0)} MB more)`);
}
