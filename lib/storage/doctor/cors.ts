import "server-only";
import { type Finding, fatal, fine, setupCommand, warning } from "./finding";
import type { Visit } from "./visit";

/** Does the bucket answer where browsers look for it? null: yes. A name may be known to them and not to this machine. */
export async function examinePublicAddress(visit: Visit): Promise<Finding | null> {
  const { publicUrl, serverUrl } = visit.bucket;
  try {
    await preflight(visit, visit.appOrigin);
    return null;
  } catch (error) {
    const { code = (error as Error).name } = ((error as Error).cause ?? {}) as { code?: string };
    const isUnknownName = ["ENOTFOUND", "EAI_AGAIN"].includes(code) && publicUrl !== serverUrl;
    const trouble = {
      what: `The bucket's public address ${publicUrl} ${isUnknownName ? "is not known to this machine" : "does not answer"} (${code})`,
      why: "Browsers send pictures there, and load them from there.",
      mend: "Set S3_PUBLIC_ENDPOINT to the address under which browsers reach the store.",
    };
    if (!isUnknownName) return fatal("public-endpoint", trouble);
    const mend = `Open ${publicUrl} in a browser: if nothing answers there either, set S3_PUBLIC_ENDPOINT to the right address.`;
    return warning("public-endpoint", { ...trouble, mend });
  }
}

/** Asks as a browser does before it uploads: once for the app's pages, once for a stranger's. */
export async function examineCors(visit: Visit): Promise<Finding[]> {
  const { appOrigin } = visit;
  if (!allows(await preflight(visit, appOrigin), appOrigin)) {
    return [
      fatal("cors", {
        what: `The bucket's CORS rules do not let pages of ${appOrigin} send to it`,
        why: "Browsers ask the bucket before every upload, and send nothing where it says no.",
        mend: `Run “${setupCommand}”, or in the console: the bucket, Permissions, CORS.`,
      }),
    ];
  }
  if (!allows(await preflight(visit, appOrigin, "PUT"), appOrigin, "PUT")) {
    return [
      warning("cors", {
        what: `The bucket's CORS rules do not let pages of ${appOrigin} send parts to it (PUT)`,
        why: "Pictures of more than 32 MiB are sent in parts: those would fail.",
        mend: `Run “${setupCommand}”, or in the console: the bucket, Permissions, CORS.`,
      }),
    ];
  }
  const stranger = "https://stranger.example";
  if (allows(await preflight(visit, stranger), stranger)) {
    return [
      warning("cors", {
        what: "The bucket's CORS rules let pages of any origin send to it",
        why: "Whoever gets hold of a form or a URL can use it from a page of their own.",
        mend: "Remove the rule that names *, in the console: the bucket, Permissions, CORS.",
      }),
    ];
  }
  return [fine("cors", `Pages of ${appOrigin} may send to the bucket, those of others may not (CORS)`)];
}

function preflight({ bucket, signal }: Visit, origin: string, method = "POST"): Promise<Response> {
  const headers = {
    origin,
    "access-control-request-method": method,
    ...(method === "PUT" && { "access-control-request-headers": "x-amz-checksum-sha256" }),
  };
  return fetch(bucket.publicUrl, { method: "OPTIONS", headers, signal, redirect: "manual" });
}

/** As browsers read it: in answers to requests without credentials, * stands for all origins and all methods. */
function allows({ ok, headers }: Response, origin: string, method = "POST"): boolean {
  const names = (header: string) => (headers.get(header) ?? "").split(",").map((name) => name.trim());
  const covers = (header: string, wanted: string) =>
    names(header).some((name) => name === "*" || name === wanted);
  return (
    ok && covers("access-control-allow-origin", origin) && covers("access-control-allow-methods", method)
  );
}
