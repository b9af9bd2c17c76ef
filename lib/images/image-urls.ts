import "server-only";
import { and, eq, inArray, ne } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { bucketOrigin } from "@/lib/storage/bucket-address";
import { media } from "@/lib/storage/locations";
import { attachment } from "@/lib/storage/signed-url";
import { type ImageUrls, maxImagesPerUrlCall } from "./contract";
import { readFacts } from "./facts";
import { formatOf } from "./formats/table";
import { type ImageRow, urlOf } from "./gallery";
import { type VariantUrls, variantKinds } from "./variants";

export const imageIdsShape = z.array(z.uuid()).min(1).max(maxImagesPerUrlCall);

/** An original is shown up to a size that is fit to be looked at. */
const maxShownBytes = 32 * 1024 * 1024;

type UrlRow = Pick<
  ImageRow,
  "name" | "type" | "bytes" | "width" | "height" | "keys" | "variantTypes" | "facts"
>;

/** All URLs of a picture, signed now: never store or log them. */
export async function imageUrlsOf(row: UrlRow): Promise<ImageUrls> {
  const storage = media();
  const { moves, decode } = formatOf(row.type);
  const mayMove = moves || readFacts(row.facts).isAnimated === true;
  const isFit = row.bytes <= maxShownBytes;
  const original = storage.nameOf(row.keys.original);
  const inline = () => storage.url(original, { type: row.type, disposition: "inline" });
  const [variantUrls, movingUrl, originalUrl, downloadUrl] = await Promise.all([
    variantUrlsOf(row),
    mayMove && isFit ? inline() : null,
    decode === null && isFit ? inline() : null,
    storage.url(original, { type: row.type, disposition: attachment(row.name) }),
  ]);
  return { ...variantUrls, movingUrl, originalUrl, downloadUrl };
}

async function variantUrlsOf(row: UrlRow): Promise<VariantUrls> {
  const urls = variantKinds.map(async (kind) => [`${kind}Url`, await urlOf(row, kind)] as const);
  return Object.fromEntries(await Promise.all(urls)) as VariantUrls;
}

/**
 * Fresh URLs of those of these pictures that are the viewer's, by id; the others are left out. The trash is a page that may stay open
 * too; what is being deleted for good has none.
 */
export async function findImageUrls(viewer: Viewer, ids: string[]): Promise<Record<string, ImageUrls>> {
  const rows = await database()
    .orm.select()
    .from(images)
    .where(and(inArray(images.id, ids), eq(images.ownerId, viewer.id), ne(images.state, "purging")));
  return Object.fromEntries(
    await Promise.all(rows.map(async (row) => [row.id, await imageUrlsOf(row)] as const)),
  );
}

/** Where pages get their pictures from: their browser may well connect to it before it has read which. */
export const picturesOrigin = (): string => bucketOrigin();
