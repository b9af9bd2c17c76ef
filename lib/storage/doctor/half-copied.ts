import "server-only";
import { isHalfCopied } from "../half-copied";
import { type Finding, fatal } from "./finding";
import type { Visit } from "./visit";

/** A copy that was cut short looks like a bucket of its own, in which pictures are missing. */
export async function examineHalfCopied({ bucket, locations }: Visit): Promise<Finding[]> {
  if (!(await isHalfCopied(bucket, locations))) return [];
  return [
    fatal("half-copied", {
      what: "This bucket is half copied: “bucket copy” into it has not come to its end",
      why: "Pictures are missing in it, and would look as if they were lost.",
      mend: "Run “npm run manage -- bucket copy” to its end, with the settings of the bucket that it is copied from.",
    }),
  ];
}
