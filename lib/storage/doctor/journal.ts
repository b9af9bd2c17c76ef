import "server-only";
import { isDeepStrictEqual } from "node:util";
import { StorageError } from "../s3-failure";
import { type Finding, fine, warning } from "./finding";
import { probeBytes, probeType, type Visit } from "./visit";

const about = { pail: '{"probe":1}', "pail-name": "%E6%B9%96%20%2541.jpg" };
const lost = "Were the database lost, the bucket could not say all that it should of its pictures.";
const mend = "Run “npm run manage -- bucket iam-policy”, and attach what it prints.";

/** Whether the bucket can tell what its database holds: copies that say what they are of, and a journal. */
export async function examineJournal({ journal, folder, media }: Visit): Promise<Finding> {
  const name = `${folder}/journal`;
  try {
    await journal.save(name, probeBytes, { type: probeType });
    const isKept = (await journal.read(name)).equals(probeBytes);
    await media.copy({ storage: journal, name }, name, { type: probeType, custom: about });
    const told = await media.metadata(name);
    if (isKept && isDeepStrictEqual(told?.custom, about))
      return fine("journal", "The bucket can tell what its database holds");
    return warning("journal", {
      what: "The store does not keep what a copy is to say of itself",
      why: lost,
      mend: "Keep backups of the database.",
    });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return warning("journal", { what: `The journal cannot be kept: ${error.message}`, why: lost, mend });
  }
}
