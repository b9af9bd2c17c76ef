import "server-only";
import { StorageError } from "../s3-failure";
import { planSetup } from "../setup/set-up";
import { type Known, knownAfter } from "../setup/setting";
import { type Finding, fine, setupCommand, warning } from "./finding";
import type { Visit } from "./visit";

/** What `bucket setup` would change, and what that tells of the store. CORS is not in it: it is tried for real. */
export async function examineSettings({
  bucket,
  appOrigin,
  locations,
}: Visit): Promise<{ findings: Finding[]; known: Known }> {
  try {
    const wishes = { origins: [appOrigin], locations };
    const { changes, unsupported, refused, found } = await planSetup(bucket, wishes, bucket.traits);
    const missing = changes.filter(({ id }) => id !== "cors");
    const lacks = unsupported.map(({ what }) => `Not supported by this store: ${what}`);
    const isHidden = refused.some(({ code }) => code === "access_denied");
    const findings = [
      ...missing.map(({ id, what, why }) =>
        warning(id, { what: `Not set up: ${what}`, why, mend: `Run “${setupCommand}”.` }),
      ),
      ...(isHidden ? [mayNotRead] : []),
      ...(missing.length === 0 && !isHidden
        ? [fine("settings", "Lifecycle and protection are as “bucket setup” makes them")]
        : []),
      ...lacks.map((what) => fine("unsupported", what)),
    ];
    return { findings, known: knownAfter(bucket.traits, found) };
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== "access_denied") throw error;
    return { findings: [mayNotRead], known: bucket.traits };
  }
}

const mayNotRead = fine(
  "settings",
  "These credentials may not read the bucket's settings, which the running app need not: check them with those of “bucket setup”",
);
