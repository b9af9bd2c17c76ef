import "server-only";
import { StorageError } from "../s3-failure";
import { planSetup } from "../setup/set-up";
import { type Finding, fine, setupCommand, warning } from "./finding";
import type { Visit } from "./visit";

/** What `bucket setup` would change. CORS is not in it: it is tried for real. */
export async function examineSettings({ bucket, appOrigin, locations }: Visit): Promise<Finding[]> {
  try {
    const { changes, unsupported } = await planSetup(bucket, { origins: [appOrigin], locations });
    const missing = changes.filter(({ id }) => id !== "cors");
    const lacks = unsupported.map(({ what }) => `Not supported by this store: ${what}`);
    return [
      ...missing.map(({ id, what, why }) =>
        warning(id, { what: `Not set up: ${what}`, why, mend: `Run “${setupCommand}”.` }),
      ),
      ...(missing.length === 0
        ? [fine("settings", "Lifecycle and protection are as “bucket setup” makes them")]
        : []),
      ...lacks.map((what) => fine("unsupported", what)),
    ];
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== "access_denied") throw error;
    const what = "These credentials may not read the bucket's settings, which the running app need not";
    return [fine("settings", `${what}: check them with those of “bucket setup”`)];
  }
}
