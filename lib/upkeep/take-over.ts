import "server-only";
import { inArray } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { media } from "@/lib/storage/locations";
import { type Adopted, adopt, dropPurged } from "./adopt";
import { findCandidates } from "./candidates";
import { folderOf } from "./folders";
import { applyNews, type JournalApplied } from "./journal/apply";
import { refuseOtherPail, requireOwnBucket } from "./journal/identity";
import type { ReconcileReport } from "./reconcile";

const picturesAtOnce = 500;

/**
 * Takes over what the bucket knows and the database does not: what its journal tells, and pictures that it does not tell of. What is
 * there is not changed. Throws AppError `other_pail`.
 */
export async function takeOver({
  unknown,
}: Pick<ReconcileReport, "unknown">): Promise<JournalApplied & Adopted> {
  await requireOwnBucket({ takesOver: true });
  const applied = await applyNews();
  if (applied.told > 0) await dropPurged();
  const report: Adopted = { adopted: [], duplicates: [] };
  for (let start = 0; start < unknown.length; start += picturesAtOnce) {
    const batch = unknown.slice(start, start + picturesAtOnce);
    const folders = await Promise.all(batch.map(folderOf));
    const { adopted, duplicates } = await adopt(await findCandidates(folders));
    report.adopted.push(...adopted);
    report.duplicates.push(...duplicates);
  }
  return { ...applied, ...report };
}

/** Deletes all that the bucket has of these pictures. Throws AppError `usage` where the database knows one of them, and `other_pail`. */
export async function deletePictures(ids: string[]): Promise<number> {
  await refuseOtherPail();
  const known = await database().orm.select({ id: images.id }).from(images).where(inArray(images.id, ids));
  const [first] = known;
  if (first !== undefined) {
    const sentence = `Picture ${first.id} is in the database: delete it in Pail. Nothing was deleted.`;
    throw new AppError("usage", sentence);
  }
  let deleted = 0;
  for (const id of ids) {
    const { files } = await folderOf(id);
    await media().delete(files.map(({ name }) => name));
    deleted += files.length;
  }
  return deleted;
}
