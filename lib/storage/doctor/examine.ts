import "server-only";
import { randomBytes } from "node:crypto";
import type { Env } from "@/lib/env";
import type { BucketClient } from "../bucket-client";
import { StorageError } from "../s3-failure";
import { Storage } from "../storage";
import { examineAddresses, examineStore } from "./addresses";
import { examineConnection } from "./connection";
import { examineCors, examinePublicAddress } from "./cors";
import { type Finding, fatal, isFatal, warning } from "./finding";
import { examineDefences } from "./hostile-probes";
import { examineRoundTrip } from "./round-trip";
import { examineSettings } from "./settings";
import type { Visit } from "./visit";

/** What is not done by then is given up. */
const withinMs = 8000;

export interface Places {
  appOrigin: string;
  locations: Env["locations"];
}

/**
 * Finds out whether Pail can work with the bucket, by doing what it does and trying what nobody may do. Everything that it
 * puts there, in a folder of its own, is gone when it returns. Takes no longer than ten seconds.
 */
export async function examineBucket(
  bucket: BucketClient,
  { appOrigin, locations }: Places,
): Promise<Finding[]> {
  const unfit = examineStore(bucket.host);
  if (unfit !== null) return [unfit];
  const addresses = examineAddresses(bucket, appOrigin);
  const visit: Visit = {
    bucket,
    appOrigin,
    locations,
    incoming: new Storage(bucket, locations.incoming),
    media: new Storage(bucket, locations.media),
    folder: `doctor-${randomBytes(8).toString("hex")}`,
    signal: AbortSignal.timeout(withinMs),
  };
  const connection = await examineConnection(visit);
  if (connection.some(isFatal)) return [...addresses, ...connection];
  const [use = [], settings = []] = await Promise.all(
    [examineUse(visit), examineSettings(visit)].map((examination) => inTime(visit, examination)),
  );
  return [...addresses, ...connection, ...use, ...settings, ...(await cleanUp(visit))];
}

/** Where a browser cannot reach the bucket, or no form is taken, it means nothing that the hostile ones are refused. */
async function examineUse(visit: Visit): Promise<Finding[]> {
  const address = await examinePublicAddress(visit);
  if (address !== null && isFatal(address)) return [address];
  const asBrowser = address === null ? visit : onServersWay(visit);
  const findings = [...(address === null ? [] : [address]), ...(await examineCors(asBrowser))];
  const roundTrip = await examineRoundTrip(asBrowser);
  findings.push(...roundTrip);
  return roundTrip.some(isFatal) ? findings : [...findings, ...(await examineDefences(asBrowser))];
}

/** What browsers do is then tried at the address that the server has. */
function onServersWay(visit: Visit): Visit {
  const bucket = { ...visit.bucket, publicUrl: visit.bucket.serverUrl };
  const at = ({ location }: Storage) => new Storage(bucket, location);
  return { ...visit, bucket, incoming: at(visit.incoming), media: at(visit.media) };
}

async function inTime({ bucket, signal }: Visit, examination: Promise<Finding[]>): Promise<Finding[]> {
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
    return [fatal("time", { what, why, mend: "Look at the store's load, and at the network between." })];
  }
}

/** Everything lies in one folder of two locations. */
async function cleanUp({ incoming, media, folder }: Visit): Promise<Finding[]> {
  try {
    for (const storage of [incoming, media]) {
      for await (const { files } of storage.listdir(folder, { recursive: true })) {
        await storage.delete(files.map(({ name }) => name));
      }
    }
    return [];
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const why = "Objects that nobody needs stay, and deleted pictures would too.";
    const mend = `Allow s3:DeleteObject, and delete ${incoming.key(folder)}/ and ${media.key(folder)}/.`;
    return [warning("left-behind", { what: error.message, why, mend })];
  }
}
