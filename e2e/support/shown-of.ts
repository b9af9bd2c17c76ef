import { GetObjectCommand } from "@aws-sdk/client-s3";
import { isTransparent } from "@/lib/images/transparency";
import { type CorpusFile, readCorners, type Shown } from "@/lib/testing/corpus/quadrants";
import type { PailServer } from "./pail-server";

/** Of the table of pictures, what tells how one is shown. */
export interface ImageRow {
  name: string;
  width: number;
  height: number;
  captured_at: number;
  captured_source: string;
  thumbhash: string;
  facts: string;
  keys: string;
}

/** What Pail shows of what somebody has of the corpus, by file name. */
export async function shownOf(pail: PailServer, owner: string, corpus: CorpusFile[]) {
  const rows = pail.query<ImageRow>("select * from images where owner_id = ?", owner);
  const found: Record<string, Shown> = {};
  for (const row of rows) {
    const corners = await readCorners(await displayOf(pail, row));
    const isGrey = corpus.find(({ name }) => name === row.name)?.shown?.corners === "";
    found[row.name] = {
      ...{ width: row.width, height: row.height, corners: isGrey ? "" : corners },
      capturedAt: row.captured_source === "picture" ? row.captured_at : null,
      isTransparent: isTransparent(Buffer.from(row.thumbhash, "base64")),
      isAnimated: JSON.parse(row.facts).isAnimated === true,
    };
  }
  return found;
}

export async function displayOf(pail: PailServer, { keys }: ImageRow): Promise<Uint8Array> {
  const { s3, name } = await pail.bucket();
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key: JSON.parse(keys).display }));
  const bytes = await Body?.transformToByteArray();
  s3.destroy();
  return bytes ?? new Uint8Array();
}
