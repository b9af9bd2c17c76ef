import { performance } from "node:perf_hooks";
import { sql } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { listImages } from "@/lib/images/gallery";
import { storedObjects } from "@/lib/testing/image-rows";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { median, ratioLine } from "./figures";

const rounds = 40;

/** The gallery's first page, for someone with a thousand pictures and for someone with a million, in turn. */
export async function benchGalleryQuery(): Promise<void> {
  const pail = await startTestPail();
  try {
    const sizes = [1000, 1_000_000];
    const viewers = await Promise.all(sizes.map(() => addViewer()));
    for (const [index, size] of sizes.entries()) await fill(viewers[index]?.id ?? "", size);
    const times = sizes.map((): number[] => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, viewer] of viewers.entries()) {
        const began = performance.now();
        await listImages(viewer, null);
        times[index]?.push(performance.now() - began);
      }
    }
    const [small = 0, large = 0] = times.map(median);
    console.log(
      `gallery, first page: ${small.toFixed(2)} ms of 1,000 images, ${large.toFixed(2)} ms of 1,000,000`,
    );
    console.log(ratioLine("1,000,000 to 1,000", large / small, "at most 1.5"));
  } finally {
    await pail.stop();
  }
}

/** Rows as confirm makes them, in one statement. */
async function fill(ownerId: string, count: number): Promise<void> {
  const { keys, variantTypes } = storedObjects("*");
  await database().orm.run(sql`
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
    insert into images (id, owner_id, keys, variant_types, name, title, type, bytes, stored_bytes, sha256, width, height,
      captured_at, thumbhash, state, created_at)
    select printf('%s-%07d', ${ownerId}, i), ${ownerId},
      replace(${JSON.stringify(keys)}, '*', i), ${JSON.stringify(variantTypes)}, 'n.jpg', 'n', 'image/jpeg', 1, 1, printf('%d', i), 4000, 3000,
      1700000000000 + (i * 7919) % 100000000, '1QcSHQRnh493V4dIh4eXh1h4kJUI', 'ready', 1700000000000 from n`);
}
