import "server-only";
import { now } from "@/lib/clock";
import type { Digest } from "../contract";
import { digestNames, digestOf } from "../digests";
import { abortMultipart, createMultipart, type Multipart, signPart } from "../multipart";
import { StorageError } from "../s3-failure";
import type { Traits } from "../stores/traits";
import { type Finding, warning } from "./finding";
import { otherBytes, outcomeOf, probeBytes, put, type Visit } from "./visit";

/** Which digest holds a part to its bytes: the first that does; where none does, the first that is taken. */
export async function findPartDigest(visit: Visit): Promise<Traits["partDigest"]> {
  let taken: Digest | null = null;
  for (const digest of Object.keys(digestNames) as Digest[]) {
    const tried = await tryParts(visit, digest);
    if (tried === "holds") return digest;
    if (tried === "taken") taken ??= digest;
  }
  return taken ?? "none";
}

/** What is to be said of it. */
export const partsFindings = (digest: Traits["partDigest"]): Finding[] =>
  digest !== "none"
    ? []
    : [
        warning("parts", {
          what: "The store takes no object in parts",
          why: "Pictures of more than 32 MiB go in one piece: a cut of the connection costs all of it.",
          mend: "Nothing needs to be done; a store with multipart uploads saves time on bad connections.",
        }),
      ];

async function tryParts(visit: Visit, digest: Digest): Promise<"holds" | "taken" | "refused"> {
  const { bucket, incoming, folder } = visit;
  const key = incoming.key(`${folder}/parts-${digest}`);
  const tried = `a part with a signed ${digestNames[digest]}`;
  let upload: Multipart;
  try {
    upload = await createMultipart(bucket, key, { type: "text/plain", metadata: {}, digest });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    visit.answers.push({ tried, answer: `${error.operation}: ${error.s3Code}`, server: null });
    return "refused";
  }
  const wanted = { number: 1, bytes: probeBytes.length, digest: await digestOf(digest, probeBytes) };
  const until = new Date(now().getTime() + 60_000);
  const send = (what: string, bytes: Buffer) =>
    outcomeOf(visit, what, async () =>
      put(visit, await signPart(bucket, upload, digest, wanted, until), bytes),
    );
  try {
    if (!(await send(tried, probeBytes)).isTaken) return "refused";
    return (await send(`${tried}, other bytes`, otherBytes)).isTaken ? "taken" : "holds";
  } finally {
    await abortMultipart(bucket, upload);
  }
}
