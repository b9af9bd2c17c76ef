import "server-only";
import { listVersionsUnder } from "../list-versions";
import { StorageError } from "../s3-failure";
import { impressionOf } from "../stores/impression";
import { adviceFor } from "../stores/products";
import { type Finding, fine, setupCommand, warning } from "./finding";
import type { Visit } from "./visit";

/** In a bucket that keeps versions: whether anything stays of what this visit has deleted. */
export async function examineVersions(visit: Visit): Promise<Finding[]> {
  if (visit.bucket.traits.versions === "none") return [];
  if (!(await hasLeftVersions(visit)))
    return [fine("versions", "The bucket keeps older versions, and Pail deletes those of what it deletes")];
  const { endVersions } = adviceFor(await impressionOf(visit.bucket));
  return [
    warning("versions", {
      what: "The bucket keeps older versions, and these credentials may not delete them",
      why: "What is deleted for good stays, can be read by whoever may read versions, and costs.",
      mend: `Attach what “npm run manage -- bucket iam-policy” prints, and have older versions end by themselves: “${setupCommand} --expire-versions”. Or: ${endVersions}`,
    }),
  ];
}

async function hasLeftVersions({ bucket, incoming, media, folder }: Visit): Promise<boolean> {
  try {
    for (const storage of [incoming, media])
      for await (const _ of listVersionsUnder(bucket, `${storage.key(folder)}/`)) return true;
    return false;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return true;
  }
}
