import "server-only";
import { type Finding, fatal, fine, warning } from "./finding";
import { outcomeOf, type Visit } from "./visit";

/** One thing that no store may take. */
export interface Probe {
  id: string;
  /** what was tried, after “The store accepted” */
  what: string;
  /** whom it hurts where it is taken: anyone; or only the one who holds the form, as what is theirs looks other than signed */
  hurts: "others" | "holder";
  attempt(): Promise<Response>;
}

export type TriedProbe = Omit<Probe, "attempt"> & { isTaken: boolean };

export async function tryProbes(visit: Visit, probes: Probe[]): Promise<TriedProbe[]> {
  return await Promise.all(
    probes.map(async ({ attempt, ...probe }) => ({
      ...probe,
      isTaken: (await outcomeOf(visit, null, attempt)).isTaken,
    })),
  );
}

/** The probe by other bytes of the same length, which costs only the server's time. */
export const bytesProbe = "probe-checksum";

/** How many were refused, and each that was taken. */
export function reportProbes(tried: TriedProbe[]): Finding[] {
  const taken = tried.filter(({ isTaken }) => isTaken);
  const refused = `${tried.length - taken.length} of ${tried.length}`;
  return [
    fine("defences", `The store refused ${refused} forms and requests that it must refuse`),
    ...taken.map(findingOf),
  ];
}

function findingOf({ id, what, hurts }: TriedProbe): Finding {
  const said = `The store accepted ${what}`;
  if (id === bytesProbe) {
    return warning(id, {
      what: said,
      why: "It does not compare the digest; the server does so before a picture is recorded.",
      mend: "Nothing needs to be done; a store with checksums finds a broken upload sooner.",
    });
  }
  if (hurts === "holder") {
    return warning(id, {
      what: said,
      why: "Whoever uploads can have their own object, which waits to be checked, look other than Pail signed.",
      mend: "Nothing needs to be done: what is kept is written anew by the server, and nobody else's is touched.",
    });
  }
  return fatal(id, {
    what: said,
    why: "Whoever gets hold of a form, a URL or the bucket's address can do more than Pail allowed.",
    mend: /unsigned|public/.test(what)
      ? "Take back public access: “npm run manage -- bucket setup”, or in the console: the bucket, Permissions."
      : "Do not use this store: it does not enforce what was signed.",
  });
}
