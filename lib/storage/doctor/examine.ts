import "server-only";
import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import type { BucketClient } from "../bucket-client";
import { Storage } from "../storage";
import type { Traits } from "../stores/traits";
import { examineAddresses } from "./addresses";
import { examineConnection } from "./connection";
import { examineCors, examinePublicAddress } from "./cors";
import { type Finding, fatal, fine, isFatal, warning } from "./finding";
import { examineHalfCopied } from "./half-copied";
import { urlProbes } from "./hostile-urls";
import { examineJournal } from "./journal";
import { findPartDigest, partsFindings } from "./parts";
import { reportProbes, tryProbes } from "./probe";
import { examineRoundTrip } from "./round-trip";
import { examineSettings } from "./settings";
import { examineVersions } from "./versions";
import { type Answer, type Outcome, toBucket, type Visit, withTraits } from "./visit";
import { tryWayBack } from "./way-back";
import { arrivedName, findPutTraits, holds, isUsable, tryForms, tryPuts, type WayIn } from "./ways-in";

/** What is not done by then is given up. */
const withinMs = 8000;
const cleanWithinMs = 2000;

export interface Places {
  appOrigin: string;
  locations: Env["locations"];
  /** how browsers are to send; `auto`: as the store can */
  upload: Env["upload"];
}

export interface Examination {
  findings: Finding[];
  /** what the store can; null where that could not be found out */
  traits: Traits | null;
  /** what it said to what tells that */
  answers: Answer[];
}

/**
 * Finds out whether Pail can work with the bucket, and what its store can, by doing what it does and trying what nobody may do.
 * Everything that it puts there, in a folder of its own, is gone when it returns. Takes no longer than ten seconds.
 */
export async function examineBucket(
  bucket: BucketClient,
  { appOrigin, locations, upload }: Places,
): Promise<Examination> {
  const addresses = examineAddresses(bucket, appOrigin);
  const visit: Visit = {
    bucket,
    appOrigin,
    locations,
    incoming: new Storage(bucket, locations.incoming),
    media: new Storage(bucket, locations.media),
    journal: new Storage(bucket, locations.journal),
    folder: `doctor-${randomBytes(8).toString("hex")}`,
    signal: AbortSignal.timeout(withinMs),
    answers: [],
  };
  const connection = await examineConnection(visit);
  if (connection.some(isFatal))
    return { findings: [...addresses, ...connection], traits: null, answers: visit.answers };
  const nothing: Use = { findings: [], traits: null };
  const [use, settings] = await Promise.all([
    inTime(visit, examineUse(visit, upload), (finding) => ({ ...nothing, findings: [finding] })),
    inTime(visit, examineSettings(visit), (finding) => ({ findings: [finding], known: bucket.traits })),
  ]);
  const known = withTraits(visit, use.traits ?? {});
  const left = await cleanUp(known);
  const findings = [
    ...addresses,
    ...connection,
    ...(await examineHalfCopied(visit)),
    ...use.findings,
    ...settings.findings,
    ...left,
    ...(left.length === 0 ? await examineVersions(known) : []),
  ];
  const { cors, policies, lifecycle } = settings.known;
  const traits = use.traits && { ...use.traits, cors, policies, lifecycle };
  return { findings, traits, answers: visit.answers };
}

interface Use {
  findings: Finding[];
  traits: Traits | null;
}

/** Where a browser cannot reach the bucket, or nothing is taken, it means nothing that the hostile ones are refused. */
async function examineUse(visit: Visit, upload: Places["upload"]): Promise<Use> {
  const address = await examinePublicAddress(visit);
  if (address !== null && isFatal(address)) return { findings: [address], traits: null };
  // What browsers do is then tried at the address that the server has.
  const reached =
    address === null ? visit : toBucket(visit, { ...visit.bucket, publicUrl: visit.bucket.serverUrl });
  const { traits: putTraits, refusal } = await findPutTraits(reached);
  const asBrowser = withTraits(reached, putTraits);
  const forms = upload === "put" ? null : await tryForms(asBrowser);
  const way = await chooseWay(asBrowser, forms, refusal, upload);
  const findings = [...(address === null ? [] : [address])];
  if (way.refusal !== null) return { findings: [...findings, refusedWay(forms, way)], traits: null };
  const [partDigest, wayBack, roundTrip] = await Promise.all([
    findPartDigest(asBrowser),
    way.method === "post" ? tryWayBack(asBrowser) : {},
    examineRoundTrip(asBrowser, arrivedName(asBrowser, way)),
  ]);
  const wayTraits: Partial<Traits> = { upload: isUsable(way) ? way.method : "none", partDigest, ...wayBack };
  const cors = await examineCors(withTraits(asBrowser, { partDigest }), way.method);
  findings.push(takenWay(forms, way), ...cors, ...partsFindings(partDigest), ...roundTrip.findings);
  if (roundTrip.findings.some(isFatal)) return { findings, traits: null };
  findings.push(await examineJournal(asBrowser));
  const urls = await tryProbes(asBrowser, urlProbes(asBrowser, arrivedName(asBrowser, way)));
  findings.push(...reportProbes([...way.probes, ...urls]));
  return { findings, traits: { ...asBrowser.bucket.traits, ...wayTraits, ...roundTrip.traits } };
}

/** Forms where they hold; else PUTs where those do; else whichever hurts nobody. */
async function chooseWay(
  visit: Visit,
  forms: WayIn | null,
  putRefusal: Outcome | null,
  upload: Places["upload"],
): Promise<WayIn> {
  if (forms !== null && (upload === "post" || holds(forms))) return forms;
  const puts = await tryPuts(visit, putRefusal);
  if (forms === null || holds(puts)) return puts;
  return [forms, puts].find(isUsable) ?? [forms, puts].find(({ refusal }) => refusal === null) ?? forms;
}

function takenWay(forms: WayIn | null, { method }: WayIn): Finding {
  if (method === "post") return fine("upload", "A form that Pail signed was taken: browsers send by forms");
  const reason =
    forms === null
      ? "as S3_UPLOAD says"
      : forms.refusal === null
        ? "as the store does not hold a form to what was signed"
        : `as the store takes no form (${forms.refusal.answer})`;
  return fine("upload", `A PUT that Pail signed was taken: browsers send by those, ${reason}`);
}

function refusedWay(forms: WayIn | null, way: WayIn): Finding {
  const tried = [
    forms?.refusal && `a form that Pail signed (${forms.refusal.answer})`,
    way.method === "put" && way.refusal && `a PUT that Pail signed (${way.refusal.answer})`,
  ].filter(Boolean);
  return fatal("upload", {
    what: `The store refused ${tried.join(", and ")}`,
    why: "Every upload is one of these: no picture could be sent.",
    mend: "Allow s3:PutObject under incoming/: “npm run manage -- bucket iam-policy” prints the whole policy.",
  });
}

async function inTime<T>(
  { bucket, signal }: Visit,
  examination: Promise<T>,
  asLate: (finding: Finding) => T,
): Promise<T> {
  const late = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );
  try {
    return await Promise.race([examination, late]);
  } catch (error) {
    const isCut = error instanceof TypeError && error.cause !== undefined;
    if (!isCut && !signal.aborted) throw error;
    const what = isCut
      ? `The connection to ${new URL(bucket.publicUrl).host} broke off`
      : `The store did not answer everything within ${withinMs / 1000} seconds`;
    const why = "Uploads would hang, or end in errors.";
    return asLate(
      fatal("time", { what, why, mend: "Look at the store's load, and at the network between." }),
    );
  }
}

/** Everything lies in one folder of three locations. */
async function cleanUp(visit: Visit): Promise<Finding[]> {
  const { incoming, media, journal, folder } = visit;
  const late = new AppError("unavailable", "The store did not delete what was put there in time.");
  try {
    await Promise.race([
      empty(visit),
      setTimeout(cleanWithinMs, null, { ref: false }).then(() => Promise.reject(late)),
    ]);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const why = "Objects that nobody needs stay, and deleted pictures would too.";
    const left = [incoming, media, journal].map((storage) => `${storage.key(folder)}/`);
    const mend = `Allow s3:DeleteObject, and delete ${left.join(" and ")}.`;
    return [warning("left-behind", { what: error.message, why, mend })];
  }
}

async function empty({ incoming, media, journal, folder }: Visit): Promise<void> {
  for (const storage of [incoming, media, journal]) {
    for await (const { files } of storage.listdir(folder, { recursive: true })) {
      await storage.delete(files.map(({ name }) => name));
    }
  }
}
