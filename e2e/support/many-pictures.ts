import type { Page } from "@playwright/test";
import sharp from "sharp";
import { uploadFiles } from "../fixtures";
import type { PailServer, TestUser } from "./pail-server";

const shapes = [
  [1200, 800],
  [800, 1200],
  [1200, 900],
  [900, 900],
  [1600, 700],
] as const;

/** A few pictures of different shapes. */
export const makeModels = () =>
  Promise.all(
    shapes.map(async ([width, height], n) => {
      const background = { r: 40 * n, g: 200 - 30 * n, b: 90 + 20 * n };
      const colour = sharp({ create: { width, height, channels: 3, background } });
      return { name: `model ${n}.jpg`, mimeType: "image/jpeg", buffer: await colour.jpeg().toBuffer() };
    }),
  );

/** Such pictures, as a person adds them: all others can be copies of their rows, with the same objects. */
export async function addModels(page: Page): Promise<void> {
  const files = await makeModels();
  await page.goto("/");
  await uploadFiles(page, files);
}

interface Many {
  count: number;
  /** from one to the next, which is older */
  stepMs: number;
  newest: number;
}

/** Instead of the pictures that somebody has, many as them: titled “n 0” and so on, the newest first. */
export function copyModels(pail: PailServer, { id }: TestUser, { count, stepMs, newest }: Many): void {
  const copied = [
    "owner_id",
    "keys",
    "variant_types",
    "name",
    "type",
    "bytes",
    "stored_bytes",
    "width",
    "height",
  ];
  const same = [...copied, "thumbhash", "created_at"].join();
  pail.query(
    `with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n < ? - 1),
      models as (select row_number() over (order by title) - 1 as m, * from images where owner_id = ? and state = 'ready')
    insert into images (id, title, sha256, captured_at, ${same})
      select lower(printf('%s-%s-4%s-8%s-%s', hex(randomblob(4)), hex(randomblob(2)), substr(hex(randomblob(2)), 2),
        substr(hex(randomblob(2)), 2), hex(randomblob(6)))), 'n ' || n, id || ' ' || n, ? - n * ?, ${same}
      from numbers join models on m = (n * 7 + n / 3) % (select count(*) from models)`,
    ...[count, id, newest, stepMs],
  );
  pail.query(
    "update images set state = 'trashed', deleted_at = 1 where owner_id = ? and title like 'model %'",
    id,
  );
}
