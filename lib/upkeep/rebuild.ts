import "server-only";
import { eq, isNull } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { accounts, users } from "@/lib/db/schema";
import { knowStore } from "@/lib/uploads/store";
import { type Adopted, adopt, dropPurged } from "./adopt";
import { findCandidates } from "./candidates";
import { type Folder, foldersInOrder, isImageId } from "./folders";
import { applyNews, type JournalApplied } from "./journal/apply";
import { requireOwnBucket } from "./journal/identity";
import { notePosition, readPosition } from "./position";

/** Of `jobs`: its row says behind which object of the journal a rebuild that was cut short goes on. */
const jobName = "images rebuild";
const foldersAtOnce = 500;

export interface RebuildReport extends JournalApplied, Omit<Adopted, "adopted"> {
  /** folders of pictures under media/ */
  images: number;
  /** of which so many were not in the journal, and were read one by one */
  adopted: number;
  /** addresses of accounts that nobody can sign in to yet */
  accounts: string[];
  /** whether it went on where another one was cut short */
  resumed: boolean;
}

/**
 * Makes the database anew from its bucket alone: first what the journal tells, then what it did not live to tell, as the pictures
 * themselves say it. Cut short, the next one goes on; run again, it changes nothing more; and a database that is only older than its
 * bucket learns what it does not know. Throws AppError `other_pail`, with nothing changed, and StorageError.
 */
export async function rebuild({
  onProgress,
}: {
  onProgress?(images: number): void;
} = {}): Promise<RebuildReport> {
  await knowStore();
  await requireOwnBucket({ takesOver: true });
  const position = await readPosition(jobName);
  const applied = await applyNews({ position, onObject: (name) => notePosition(jobName, name) });
  await notePosition(jobName, null);
  await dropPurged();
  const report = { images: 0, adopted: 0, duplicates: [] as string[] };
  for await (const folders of batches()) {
    const { adopted, duplicates } = await adopt(await findCandidates(folders));
    report.images += folders.length;
    report.adopted += adopted.length;
    report.duplicates.push(...duplicates);
    onProgress?.(report.images);
  }
  return { ...applied, ...report, accounts: await findUnclaimed(), resumed: position !== "" };
}

async function* batches(): AsyncGenerator<Folder[]> {
  let batch: Folder[] = [];
  for await (const folder of foldersInOrder()) {
    if (!isImageId(folder.id)) continue;
    batch.push(folder);
    if (batch.length < foldersAtOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function findUnclaimed(): Promise<string[]> {
  const rows = await database()
    .orm.select({ email: users.email })
    .from(users)
    .leftJoin(accounts, eq(accounts.userId, users.id))
    .where(isNull(accounts.id))
    .orderBy(users.email);
  return rows.map(({ email }) => email);
}
