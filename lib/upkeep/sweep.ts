import "server-only";
import { forgetOldPlaces } from "@/lib/accounts/known-places";
import { forgetOldUses } from "@/lib/accounts/rate-limit";
import { purgeTrash } from "@/lib/images/trash";
import { sweepUploads, type UploadsSwept } from "@/lib/uploads/sweep";

export interface SweepReport extends UploadsSwept {
  /** pictures whose time in the trash was over */
  purged: number;
}

/** Deletes what nobody will use any more: left uploads, emptied trash, old counts of requests, places of long ago. It can be cut short and run again. See README.md. */
export async function sweep(): Promise<SweepReport> {
  const swept = await sweepUploads();
  const purged = await purgeTrash();
  await forgetOldUses();
  await forgetOldPlaces();
  return { ...swept, purged };
}
