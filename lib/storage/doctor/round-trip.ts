import "server-only";
import { AppError } from "@/lib/errors";
import { digestOf } from "../digests";
import type { ObjectMetadata } from "../get-object";
import { StorageError } from "../s3-failure";
import { isLack } from "../setup/setting";
import { readVersioning } from "../setup/versions";
import type { Traits } from "../stores/traits";
import { type Finding, fatal, fine, warning } from "./finding";
import { probeBytes, type Visit, withTraits } from "./visit";

/** What follows an upload: the server's check and copy of what a browser has put at `name`, and a browser's GET by signed URL. */
export async function examineRoundTrip(visit: Visit, name: string): Promise<RoundTrip> {
  const { incoming, media } = visit;
  try {
    const stored = await incoming.metadata(name);
    if (stored === null || !(await incoming.read(name)).equals(probeBytes)) {
      const what = "The store took an upload and does not have what was sent";
      return { findings: [fatal("kept", { ...notWhatWasSent, what })], traits: {} };
    }
    const copies = await examineCopies(visit, name, stored.etag);
    const told = await media.metadata(name);
    return {
      findings: [
        fine("kept", "What was sent was kept, checked and copied"),
        await checksumFinding(stored.sha256),
        ...(await examineGet(visit, name)),
        examineConditions(visit, copies),
      ],
      traits: { ...copies, versions: await findVersions(visit, told) },
    };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const why = "Every upload needs it.";
    const mend = "Run “npm run manage -- bucket iam-policy”, and attach what it prints.";
    return { findings: [fatal("permissions", { what: error.message, why, mend })], traits: {} };
  }
}

export interface RoundTrip {
  findings: Finding[];
  traits: Partial<Traits>;
}

const notWhatWasSent = {
  why: "Pictures would be lost.",
  mend: "Check that S3_ENDPOINT and S3_PUBLIC_ENDPOINT lead to the same store.",
};

async function checksumFinding(sha256: string | null): Promise<Finding> {
  if (sha256 === (await digestOf("sha256", probeBytes)))
    return fine("sha256", "The store keeps the SHA-256 of what it is sent");
  return warning("sha256", {
    what: "The store keeps no SHA-256 of what it is sent",
    why: "The server reads every object once to check it, which takes traffic and time.",
    mend: "Nothing needs to be done; a store with checksums is faster.",
  });
}

async function examineGet({ media, signal }: Visit, name: string): Promise<Finding[]> {
  const url = await media.url(name, { type: "image/x-probe", disposition: 'attachment; filename="probe"' });
  const get = (headers: Record<string, string> = {}) => fetch(url, { headers, signal, redirect: "manual" });
  const whole = await get();
  if (whole.status !== 200 || !Buffer.from(await whole.arrayBuffer()).equals(probeBytes)) {
    return [
      fatal("get", {
        what: `The store refused a URL that Pail signed (${whole.status})`,
        why: "Every picture is shown by such a URL.",
        mend: "Allow s3:GetObject under media/: “npm run manage -- bucket iam-policy” prints the whole policy.",
      }),
    ];
  }
  const [part, again] = await Promise.all([
    get({ range: "bytes=5-9" }),
    get({ "if-none-match": whole.headers.get("etag") ?? "" }),
  ]);
  const missing = [
    whole.headers.get("content-type") !== "image/x-probe" && "another Content-Type",
    !whole.headers.get("content-disposition")?.startsWith("attachment") && "a Content-Disposition",
    !whole.headers.get("cache-control")?.includes("immutable") && "a Cache-Control",
    part.status !== 206 && "a range of bytes",
    again.status !== 304 && "an answer without bytes where nothing has changed (If-None-Match)",
  ].filter((lack) => lack !== false);
  if (missing.length === 0)
    return [fine("get", "A URL that Pail signed opens the object, with the headers that it asks for")];
  return [
    warning("get", {
      what: `A signed URL opens the object, but the store does not give ${missing.join(", ")}`,
      why: "Browsers then load pictures again that they have, or save them under a wrong name.",
      mend: "Look for response header overrides in the store's manual.",
    }),
  ];
}

/** Copies it, and tries to copy another object than the one that is there. */
async function examineCopies(
  visit: Visit,
  name: string,
  etag: string,
): Promise<Pick<Traits, "copyConditions" | "takesCopyChecksum">> {
  const source = { storage: visit.incoming, name };
  // Not with conditions taken for granted: then the source would be asked, and not the store.
  const copyAs = (takesCopyChecksum: boolean, to: string, ifMatch: string) =>
    withTraits(visit, { copyConditions: false, takesCopyChecksum }).media.copy(source, to, { ifMatch });
  const takesCopyChecksum = await copyAs(true, name, etag).then(
    () => true,
    (error: unknown) => (isLack(error) ? false : Promise.reject(error)),
  );
  if (!takesCopyChecksum) await copyAs(false, name, etag);
  const copyConditions = await copyAs(takesCopyChecksum, `${name}-swapped`, '"0"').then(
    () => false,
    (error: unknown) => (error instanceof AppError ? error.code === "changed" : Promise.reject(error)),
  );
  return { copyConditions, takesCopyChecksum };
}

/** An object of a versioned bucket has a version of its own, which its store tells with it. */
async function findVersions({ bucket }: Visit, object: ObjectMetadata | null): Promise<Traits["versions"]> {
  if (object?.versionId == null) return "none";
  // Where nobody turned them on, nobody can turn them off.
  return (await readVersioning(bucket)) === "none" ? "always" : "on";
}

/** What keeps two that write at the same moment from each other. */
function examineConditions({ bucket }: Visit, { copyConditions }: Pick<Traits, "copyConditions">): Finding {
  const ignored = [
    !copyConditions && "of a copy (x-amz-copy-source-if-match)",
    !bucket.traits.writeConditions && "of a write (If-None-Match)",
  ].filter((condition) => condition !== false);
  if (ignored.length === 0) return fine("conditions", "The store heeds the conditions of writes and copies");
  return warning("conditions", {
    what: `The store takes no notice of the conditions ${ignored.join(" and ")}`,
    why: "Two that save one name at the same moment can replace each other's object; uploads have names of their own.",
    mend: "Nothing needs to be done for uploads; collect-static should run once at a time.",
  });
}
