import "server-only";
import type { LifecycleRule } from "@aws-sdk/client-s3";
import type { BucketClient } from "../bucket-client";
import { locationNames, locationRules } from "../locations";
import { StorageError } from "../s3-failure";
import { hasAbort, hasExpiry, openRules, prefixOf, type Rules } from "./lifecycle-rules";
import {
  type Change,
  isLack,
  type Known,
  type Proposal,
  requireSettingAtFault,
  type Setting,
  type Wishes,
  wordsOf,
} from "./setting";
import { proposeVersions, readVersioning } from "./versions";

/** Empties the locations in which nothing is kept, whatever happens to the sweep. Rules of others are let be. */
export const lifecycle: Setting = {
  id: "lifecycle",
  name: "Lifecycle rules",
  otherwise: { lifecycle: "none" },
  async propose(bucket, wishes, known = {}) {
    const rules = await openRules(bucket).catch((error: unknown) => requireSettingAtFault(error));
    if (rules instanceof StorageError) return await withoutRules(bucket, wishes, rules);
    const emptied = proposeEmptying(rules, wishes, known);
    const versions = await proposeVersions(bucket, rules, wishes);
    return {
      ...versions,
      changes: [...emptied.changes, ...versions.changes],
      unsupported: [...(emptied.unsupported ?? []), ...(versions.unsupported ?? [])],
      found: { ...emptied.found, ...versions.found },
    };
  },
};

/** The store has none, or they may not be read: then it is still to be said whether the bucket keeps versions. */
async function withoutRules(bucket: BucketClient, wishes: Wishes, error: StorageError): Promise<Proposal> {
  if (isLack(error)) return { ...(await proposeVersions(bucket, null, wishes)), cannot: wordsOf(error) };
  const { id, name: what } = lifecycle;
  const refused = [{ id, code: error.code, what, why: wordsOf(error) }];
  return { changes: [], refused, found: { versions: await readVersioning(bucket) } };
}

function proposeEmptying(rules: Rules, wishes: Wishes, known: Partial<Known> | null): Proposal {
  const wanted = wantedRules(wishes);
  const missing = wanted.filter((rule) => !hasExpiry(rules.present, rule));
  if (missing.length > 0)
    return { changes: [emptying(rules, wanted, missing, known?.lifecycle === "objects")] };
  const withoutParts = wanted.filter((rule) => !hasAbort(rules.present, rule));
  if (withoutParts.length === 0) return { changes: [], found: { lifecycle: "parts" } };
  const what = `Deleting unfinished parts under ${withoutParts.map(prefixOf).join(", ")} (lifecycle)`;
  // Pail puts no such rule without them: the store has dropped them, unless it is known to keep them.
  if (known !== null && known.lifecycle !== "parts")
    return { changes: [], unsupported: [{ what, why: keepsNoParts }], found: { lifecycle: "objects" } };
  return { changes: [endingParts(rules, wanted, withoutParts, what)] };
}

const keepsNoParts =
  "The store keeps the rule without them. Pail's sweep deletes the parts that it knows of.";

function emptying(
  rules: Rules,
  wanted: LifecycleRule[],
  missing: LifecycleRule[],
  isWithoutParts: boolean,
): Change {
  const what = (inWords: (rule: LifecycleRule) => string) =>
    `Delete ${missing.map(inWords).join(", and ")} (lifecycle)`;
  let isDoneWithParts = !isWithoutParts;
  return {
    id: "lifecycle",
    what: what(isWithoutParts ? objectsInWords : allInWords),
    why: "What was never confirmed would stay, and cost, for ever.",
    async apply() {
      await rules.putAsFarAsItGoes(wanted, withoutParts);
      const kept = await rules.read();
      isDoneWithParts = missing.every((rule) => hasAbort(kept, rule));
    },
    done: () => what(isDoneWithParts ? allInWords : objectsInWords),
    otherwise: { lifecycle: "none" },
  };
}

const endingParts = (
  rules: Rules,
  wanted: LifecycleRule[],
  withoutParts: LifecycleRule[],
  lack: string,
): Change => ({
  id: "lifecycle-parts",
  what: `Delete ${withoutParts.map(partsInWords).join(", and ")} (lifecycle)`,
  why: "Parts of what never became a picture would stay, and cost, for ever.",
  apply: () => rules.put(wanted),
  lack,
  whyNot: keepsNoParts,
  otherwise: { lifecycle: "objects" },
});

/** Some stores end no parts. */
const withoutParts = ({ AbortIncompleteMultipartUpload: _, ...rule }: LifecycleRule): LifecycleRule => rule;

const wantedRules = ({ locations }: Wishes): LifecycleRule[] =>
  locationNames.flatMap((name) => {
    const { emptied } = locationRules[name];
    if (emptied === null) return [];
    return {
      ID: `pail-${name}`,
      Status: "Enabled",
      Filter: { Prefix: `${locations[name]}/` },
      Expiration: { Days: emptied.afterDays },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: emptied.partsAfterDays },
    };
  });

const objectsInWords = (rule: LifecycleRule): string =>
  `what lies under ${prefixOf(rule)} after ${rule.Expiration?.Days} days`;
const partsAfter = (rule: LifecycleRule): number | undefined =>
  rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
const allInWords = (rule: LifecycleRule): string =>
  `${objectsInWords(rule)}, and unfinished parts after ${partsAfter(rule)}`;
const partsInWords = (rule: LifecycleRule): string =>
  `unfinished parts under ${prefixOf(rule)} after ${partsAfter(rule)} day`;
