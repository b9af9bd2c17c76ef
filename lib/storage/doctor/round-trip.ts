import "server-only";
import type { AppError } from "@/lib/errors";
import { StorageError } from "../s3-failure";
import { type Finding, fatal, fine, warning } from "./finding";
import { answerOf, formFor, post, probeBytes, probeType, sha256Of, type Visit } from "./visit";

export const roundTripName = "round-trip";

/** Does once what every upload does: a browser's POST, the server's check and copy, a browser's GET by signed URL. */
export async function examineRoundTrip(visit: Visit): Promise<Finding[]> {
  const { incoming, media, folder } = visit;
  const name = `${folder}/${roundTripName}`;
  const refused = await sendForm(visit);
  if (refused !== null) return [refused];
  try {
    const stored = await incoming.metadata(name);
    if (stored === null || !(await incoming.read(name)).equals(probeBytes)) {
      return [
        fatal("post", { ...notWhatWasSent, what: "The store took a form and does not have what was sent" }),
      ];
    }
    await media.copy({ storage: incoming, name }, name, { ifMatch: stored.etag });
    return [
      fine("post", "A form that Pail signed was taken, checked and copied"),
      checksumFinding(stored.sha256),
      ...(await examineGet(visit, name)),
      await examineConditions(visit, name),
    ];
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const why = "Every upload needs it.";
    return [
      fatal("permissions", {
        what: error.message,
        why,
        mend: "Run “npm run manage -- bucket iam-policy”, and attach what it prints.",
      }),
    ];
  }
}

const notWhatWasSent = {
  why: "Pictures would be lost.",
  mend: "Check that S3_ENDPOINT and S3_PUBLIC_ENDPOINT lead to the same store.",
};

async function sendForm(visit: Visit): Promise<Finding | null> {
  const response = await post(visit, await formFor(visit, roundTripName));
  if (response.status === 204) return null;
  return fatal("post", {
    what: `The store refused a form that Pail signed (${await answerOf(response)})`,
    why: "Every upload is such a form: no picture could be sent.",
    mend: "Allow s3:PutObject under incoming/: “npm run manage -- bucket iam-policy” prints the whole policy.",
  });
}

function checksumFinding(sha256: string | null): Finding {
  if (sha256 === sha256Of(probeBytes))
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

/** What keeps two that write at the same moment from each other. */
async function examineConditions({ incoming, media }: Visit, name: string): Promise<Finding> {
  const source = { storage: incoming, name };
  const [copied, saved] = await Promise.all([
    media.copy(source, `${name}-swapped`, { ifMatch: '"0"' }).then(
      () => "ignored",
      (error: AppError) => error.code,
    ),
    incoming.save(name, probeBytes, { type: probeType }),
  ]);
  const ignored = [
    copied === "ignored" && "of a copy (x-amz-copy-source-if-match)",
    saved === name && "of a write (If-None-Match)",
  ].filter((condition) => condition !== false);
  if (ignored.length === 0) return fine("conditions", "The store heeds the conditions of writes and copies");
  return warning("conditions", {
    what: `The store takes no notice of the conditions ${ignored.join(" and ")}`,
    why: "Two that save one name at the same moment can replace each other's object; uploads have names of their own.",
    mend: "Nothing needs to be done for uploads; collect-static should run once at a time.",
  });
}
