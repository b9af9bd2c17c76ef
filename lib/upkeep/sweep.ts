import "server-only";
import { forgetOldPlaces } from "@/lib/accounts/known-places";
import { forgetOldUses } from "@/lib/accounts/rate-limit";
import { purgeDeletedAlbums } from "@/lib/albums/trash";
import { purgeTrash } from "@/lib/images/trash";
import { log } from "@/lib/log";
import { knowStore } from "@/lib/uploads/store";
import { sweepUploads, type UploadsSwept } from "@/lib/uploads/sweep";
import { sweepTemporaryFolders } from "@/lib/uploads/temporary-folder";
import { isBehind } from "./journal/parts";

export interface SweepReport extends UploadsSwept {
  /** pictures whose time in the trash was over */
  purged: number;
  /** that a process left which died with a picture in its hands */
  temporaryFolders: number;
}

/** Deletes what nobody will use any more: left uploads, emptied trash, old counts of requests, places of long ago, what a crash left on the disk. It can be cut short and run again. See README.md. */
export async function sweep(): Promise<SweepReport> {
  await knowStore();
  const swept = await sweepUploads();
  const purged = await purgeUnlessBehind();
  await forgetOldUses();
  await forgetOldPlaces();
  return { ...swept, purged, temporaryFolders: await sweepTemporaryFolders() };
}

/** Where the bucket tells of changes that a restored database does not know, a picture may have been brought back from its trash. */
async function purgeUnlessBehind(): Promise<number> {
  if (!(await isBehind())) {
    await purgeDeletedAlbums();
    return purgeTrash();
  }
  log.warn(
    "the bucket knows more than the database, so nothing is deleted from the trash: “npm run manage -- uploads reconcile --repair” takes it over",
  );
  return 0;
}
