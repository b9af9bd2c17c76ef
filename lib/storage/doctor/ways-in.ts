import "server-only";
import { digestNames } from "../digests";
import type { Traits } from "../stores/traits";
import { formProbes } from "./hostile-forms";
import { putProbes } from "./hostile-puts";
import { bytesProbe, type TriedProbe, tryProbes } from "./probe";
import {
  formFor,
  type Outcome,
  otherBytes,
  outcomeOf,
  post,
  put,
  putFor,
  type Visit,
  withTraits,
} from "./visit";

export interface WayIn {
  method: "post" | "put";
  /** what the store said to what Pail signed; null: it took it */
  refusal: Outcome | null;
  /** what nobody may send; empty where it refuses all */
  probes: TriedProbe[];
}

/** Under it, in the visit's folder, lies what a way in has put there. */
export const arrivedName = (visit: Visit, { method }: Pick<WayIn, "method">): string =>
  `${visit.folder}/by-${method}`;

/** Does a form do what it should, and nothing else? */
export async function tryForms(visit: Visit): Promise<WayIn> {
  const send = async () => post(visit, await formFor(visit, "by-post"));
  const outcome = await outcomeOf(visit, "a form as Pail signs it", send);
  if (!outcome.isTaken) return { method: "post", refusal: outcome, probes: [] };
  return { method: "post", refusal: null, probes: await tryProbes(visit, formProbes(visit)) };
}

/** The same of a PUT; `refusal` is what the store said when it was found out how to sign one. */
export async function tryPuts(visit: Visit, refusal: Outcome | null): Promise<WayIn> {
  const outcome = refusal ?? (await sendPut(visit, "by-put", "a PUT as Pail signs it"));
  if (!outcome.isTaken) return { method: "put", refusal: outcome, probes: [] };
  return { method: "put", refusal: null, probes: await tryProbes(visit, putProbes(visit)) };
}

/** Does it refuse all that it must, so that nobody can do other than what was signed? */
export const holds = ({ refusal, probes }: WayIn): boolean =>
  refusal === null && probes.every(({ id, isTaken }) => !isTaken || id === bytesProbe);

/** Does it hurt nobody but the one who holds the form? */
export const isUsable = ({ refusal, probes }: WayIn): boolean =>
  refusal === null && probes.every(({ isTaken, hurts }) => !isTaken || hurts === "holder");

type PutTraits = Pick<Traits, "objectDigest" | "signsEmptyHeaders" | "writeConditions">;

/** How a PUT has to be signed for this store, tried from the strictest on; and what it said where it takes none. */
export async function findPutTraits(visit: Visit): Promise<{ traits: PutTraits; refusal: Outcome | null }> {
  let taken: PutTraits | null = null;
  let refusal: Outcome | null = null;
  for (const signsEmptyHeaders of [true, false]) {
    for (const objectDigest of ["sha256", "md5"] as const) {
      const traits = { objectDigest, signsEmptyHeaders, writeConditions: false };
      const name = `put-${objectDigest}-${signsEmptyHeaders ? "strict" : "loose"}`;
      const tried = `a PUT with a signed ${digestNames[objectDigest]}${signsEmptyHeaders ? "" : ", headers left open"}`;
      const outcome = await sendPut(withTraits(visit, traits), name, tried);
      if (!outcome.isTaken) {
        refusal ??= outcome;
        continue;
      }
      taken ??= traits;
      const other = await sendPut(
        withTraits(visit, traits),
        `${name}-other`,
        `${tried}, other bytes`,
        otherBytes,
      );
      if (!other.isTaken) return { traits: await withConditions(visit, traits), refusal: null };
    }
    if (taken !== null) break;
  }
  if (taken === null) return { traits: { ...unsigned, objectDigest: "sha256" }, refusal };
  return { traits: await withConditions(visit, { ...taken, objectDigest: "none" }), refusal: null };
}

const unsigned = { signsEmptyHeaders: true, writeConditions: false };

/** Whether a PUT that may replace nothing does so. */
async function withConditions(visit: Visit, traits: PutTraits): Promise<PutTraits> {
  const conditional = { ...traits, writeConditions: true };
  const strict = withTraits(visit, conditional);
  const first = await sendPut(strict, "by-put-once", "a PUT that may replace nothing");
  if (!first.isTaken) return traits;
  const second = await sendPut(strict, "by-put-once", "the same PUT again");
  return second.isTaken ? traits : conditional;
}

const sendPut = (visit: Visit, name: string, tried: string, bytes?: Buffer): Promise<Outcome> =>
  outcomeOf(visit, tried, async () => put(visit, await putFor(visit, name), bytes));
