import "server-only";
import { GetBucketVersioningCommand, type LifecycleRule } from "@aws-sdk/client-s3";
import type { BucketClient } from "../bucket-client";
import { locationNames } from "../locations";
import { StorageError } from "../s3-failure";
import { impressionOf } from "../stores/impression";
import { adviceFor } from "../stores/products";
import { endsVersions, prefixOf, type Rules } from "./lifecycle-rules";
import { isLack, type Proposal, type Wishes } from "./setting";

const afterDays = 1;

/**
 * In a bucket that keeps versions, rules that end older ones: only where they are asked for, as others may need them.
 *
 * @param rules null where the store has none
 */
export async function proposeVersions(
  bucket: BucketClient,
  rules: Rules | null,
  { locations, expireVersions = false }: Wishes,
): Promise<Proposal> {
  const versions = await readVersioning(bucket);
  const found = { versions };
  if (versions !== "on") {
    const unsupported = [{ what: lack, why: "The bucket keeps none." }];
    return { changes: [], found, ...(expireVersions && versions === "none" && { unsupported }) };
  }
  if (rules === null) {
    const words = `The store has no lifecycle rules. ${await byHand(bucket)}`;
    if (!expireVersions) return { changes: [], found, offers: [`${theyCost} ${words}`] };
    const refusal = { id: "versions", code: "not_supported" as const, what: lack, why: words };
    return { changes: [], found, refused: [refusal] };
  }
  const wanted = locationNames.map((name) => ruleFor(name, `${locations[name]}/`));
  const missing = wanted.filter((rule) => !endsVersions(rules.present, prefixOf(rule) ?? ""));
  if (missing.length === 0) return { changes: [], found };
  if (!expireVersions) {
    const command = "“npm run manage -- bucket setup --expire-versions”";
    const offer = `${theyCost} ${command} ends them after ${afterDays} day. Or: ${await byHand(bucket)}`;
    return { changes: [], found, offers: [offer] };
  }
  const what = `End older versions of what lies under ${missing.map(prefixOf).join(", ")} after ${afterDays} day (lifecycle)`;
  const why = "What is replaced or deleted would stay, and cost, for ever.";
  const apply = () => rules.putAsFarAsItGoes(missing, withoutMarkers);
  return { changes: [{ id: "versions", what, why, apply, isNeeded: true }], found };
}

const lack = "Ending older versions";
const theyCost =
  "The bucket keeps older versions of what is replaced or deleted: they cost, and others may need them.";

const byHand = async (bucket: BucketClient): Promise<string> =>
  adviceFor(await impressionOf(bucket)).endVersions;

const ruleFor = (name: string, prefix: string): LifecycleRule => ({
  ID: `pail-versions-${name}`,
  Status: "Enabled",
  Filter: { Prefix: prefix },
  // A marker of what was deleted goes once nothing lies behind it.
  Expiration: { ExpiredObjectDeleteMarker: true },
  NoncurrentVersionExpiration: { NoncurrentDays: afterDays },
});

/** Some stores do not take the end of markers, or not together with that of versions. */
const withoutMarkers = ({ Expiration: _, ...rule }: LifecycleRule): LifecycleRule => rule;

/** null where nobody may tell, or there is no bucket yet */
export async function readVersioning({ s3, name }: BucketClient): Promise<"none" | "on" | null> {
  try {
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: name }));
    return Status === undefined ? "none" : "on";
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return isLack(error) ? "none" : null;
  }
}
