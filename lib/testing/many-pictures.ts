import { sql } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { storedObjects } from "./image-rows";

/** A million, one from the next, are of twenty years. */
export const apartMs = 631_000;
const newest = Date.UTC(2026, 0, 1);

/**
 * Rows as confirm makes them, in one statement, with what one searches for: every third is a “Lake view”, every third a “제주도 여행”,
 * twenty of a million have a “Zebra”; the older half is of another camera. Nothing of them is in a bucket.
 *
 * @param stepMs from one picture to the next
 */
export async function addManyPictures(ownerId: string, count: number, stepMs = apartMs): Promise<void> {
  const { keys, variantTypes } = storedObjects("*");
  await database().orm.run(sql`
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
    insert into images (id, owner_id, keys, variant_types, name, title, type, bytes, stored_bytes, sha256, width, height,
      captured_at, thumbhash, state, created_at, facts, is_favourite)
    select printf('%08x-0000-4000-8000-', (i * 2654435761) % 4294967296) || substr(${ownerId}, -4) || printf('%08x', i), ${ownerId},
      replace(${JSON.stringify(keys)}, '*', i), ${JSON.stringify(variantTypes)}, printf('IMG_%04d.JPG', i % 10000),
      case i % 3 when 0 then 'Lake view ' || i when 1 then '제주도 여행 ' || i else printf('IMG_%04d', i % 10000) end
        || iif(i % 50021 = 7, ' Zebra', ''),
      iif(i % 5 = 0, 'image/heic', 'image/jpeg'), 3000000, 3200000, printf('%d', i),
      iif(i % 4 = 0, 3000, 4000), iif(i % 4 = 0, 4000, 3000), ${newest} - i * ${stepMs},
      '1QcSHQRnh493V4dIh4eXh1h4kJUI', 'ready', ${newest},
      iif(i * 2 < ${count}, '{"make":"Apple","model":"iPhone 15 Pro"}', '{"make":"Canon","model":"Canon EOS R5"}'), i % 10007 = 5
    from n`);
}
