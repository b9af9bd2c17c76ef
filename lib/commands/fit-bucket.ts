import { AppError } from "@/lib/errors";
import { isFatal } from "@/lib/storage/doctor/finding";
import { examineStore } from "@/lib/uploads/store";

/**
 * A bucket that is not ours is examined first: better no page than one whose uploads are lost or read by anyone. Throws AppError
 * `unfit_bucket`.
 */
export async function refuseUnfitBucket(say: (line: string) => void): Promise<void> {
  const { findings } = await examineStore();
  const sentences = findings.filter(isFatal).map(({ what }) => what);
  if (sentences.length > 0) {
    const more = "“npm run manage -- bucket doctor” says why, and what to do.";
    throw new AppError(
      "unfit_bucket",
      `Pail does not start with this bucket. ${sentences.join(". ")}. ${more}`,
    );
  }
  for (const finding of findings) if (finding.level === "warning") say(`Bucket: ${finding.what}`);
}
