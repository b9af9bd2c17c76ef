import "server-only";
import { digestHeaders } from "../digests";
import { missing, preflight, type Sends } from "../preflight";
import { impressionOf } from "../stores/impression";
import { adviceFor } from "../stores/products";
import { type Finding, fatal, fine, warning } from "./finding";
import { formFor, putFor, type Visit } from "./visit";
import type { WayIn } from "./ways-in";

/** Does the bucket answer where browsers look for it? null: yes. A name may be known to them and not to this machine. */
export async function examinePublicAddress(visit: Visit): Promise<Finding | null> {
  const { publicUrl, serverUrl } = visit.bucket;
  try {
    await preflight(visit, visit.appOrigin, await formRequest(visit));
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

/** Asks as a browser does before it uploads, at the very addresses: once for the app's pages, once for a stranger's. */
export async function examineCors(visit: Visit, method: WayIn["method"]): Promise<Finding[]> {
  const { appOrigin } = visit;
  const advice = async () => adviceFor(await impressionOf(visit.bucket));
  const sends = method === "post" ? await formRequest(visit) : await putRequest(visit);
  const refused = missing(await preflight(visit, appOrigin, sends), appOrigin, sends);
  if (refused !== null) {
    return [
      fatal("cors", {
        what: `The bucket's CORS answers do not let pages of ${appOrigin} send to it: ${refused}`,
        why: "Browsers ask the bucket before every upload, and send nothing where it says no.",
        mend: (await advice()).allowOrigins([appOrigin]),
      }),
    ];
  }
  const part = await partRequest(visit);
  const refusedPart = missing(await preflight(visit, appOrigin, part), appOrigin, part);
  if (refusedPart !== null) {
    return [
      warning("cors", {
        what: `The bucket's CORS answers do not let pages of ${appOrigin} send parts to it (PUT): ${refusedPart}`,
        why: "Pictures of more than 32 MiB are sent in parts: those would fail.",
        mend: (await advice()).allowOrigins([appOrigin]),
      }),
    ];
  }
  const read = await readRequest(visit);
  const refusedRead = missing(await preflight(visit, appOrigin, read), appOrigin, read);
  if (refusedRead !== null) {
    return [
      warning("cors", {
        what: `The bucket's CORS answers do not let pages of ${appOrigin} read from it (GET): ${refusedRead}`,
        why: "Many pictures at once are fetched by a page, which makes one zip of them: that would fail.",
        mend: (await advice()).allowOrigins([appOrigin]),
      }),
    ];
  }
  const stranger = "https://stranger.example";
  if (missing(await preflight(visit, stranger, sends), stranger, sends) === null) {
    return [
      warning("cors", {
        what: "The bucket's CORS answers let pages of any origin send to it",
        why: "Whoever gets hold of a form or a URL can use it from a page of their own.",
        mend: (await advice()).closeOrigins,
      }),
    ];
  }
  return [fine("cors", `Pages of ${appOrigin} may send to the bucket, those of others may not (CORS)`)];
}

const formRequest = async (visit: Visit): Promise<Sends> => ({
  url: (await formFor(visit, "cors")).url,
  method: "POST",
  headers: [],
});

async function putRequest(visit: Visit): Promise<Sends> {
  const { url, headers } = await putFor(visit, "cors");
  return { url, method: "PUT", headers: Object.keys(headers) };
}

async function partRequest(visit: Visit): Promise<Sends> {
  const { url } = await putFor(visit, "cors-part");
  const { partDigest } = visit.bucket.traits;
  return { url, method: "PUT", headers: partDigest === "none" ? [] : [digestHeaders[partDigest]] };
}

/** Of what has come in part, the rest. */
async function readRequest(visit: Visit): Promise<Sends> {
  const { url } = await putFor(visit, "cors-read");
  return { url, method: "GET", headers: ["if-range", "range"] };
}
