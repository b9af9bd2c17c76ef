import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { decoderVersions } from "@/lib/decoder/decoder";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { bucketClient } from "@/lib/storage/bucket-client";
import { type Examination, examineBucket } from "@/lib/storage/doctor/examine";
import { exitCodeOf, type Finding, fine, warning } from "@/lib/storage/doctor/finding";
import { rememberExamination } from "@/lib/uploads/store";
import type { Command } from "./command";

export const bucketDoctorCommand: Command = {
  async run() {
    const { findings, traits, answers } = await examineBucket(bucketClient(), env());
    const decoder = await examineDecoder();
    const all = [decoder, ...findings, ...(await keep({ traits, findings }))];
    return {
      data: { findings: all, traits, answers },
      text: all.map(paragraph).join("\n"),
      exitCode: exitCodeOf(all),
    };
  },
};

/** Not the bucket's matter, but of the same kind: whether pictures that come alone can be made into variants here. */
async function examineDecoder(): Promise<Finding> {
  try {
    const { libheif, sharp, avif } = await decoderVersions();
    return fine(
      "decoder",
      `Pictures are decoded in a process of their own: HEIC by libheif ${libheif}, the others by sharp ${sharp} (AVIF by libheif ${avif})`,
    );
  } catch (error) {
    return warning("decoder", {
      what: `The decoder does not run: ${(error as Error).message}`,
      why: "Pictures that come without their smaller versions, by the plain form and from programs, cannot be taken.",
      mend: "Run npm ci, so that sharp and libheif-js are those of this machine.",
    });
  }
}

/** The running app reads there what its store can. */
async function keep(examination: Pick<Examination, "traits" | "findings">): Promise<Finding[]> {
  try {
    await migrate(database());
    await rememberExamination(examination);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [
      warning("traits", {
        what: `What this store can was not kept: ${error.message}`,
        why: "The running app reads it in the database, and would examine the bucket by itself at the first upload.",
        mend: "Set DATABASE_URL to the database of the running app, and run it again.",
      }),
    ];
  }
}

const marks = { fine: "  ok    ", warning: "warning ", fatal: "  FATAL " };

/** A finding as lines of text: what, and where something is to be done, why it matters and what mends it. */
export function paragraph(finding: Finding): string {
  const first = `${marks[finding.level]}${finding.what}`;
  if (finding.level === "fine") return first;
  const indent = " ".repeat(marks.fine.length);
  return [first, finding.why, finding.mend].join(`\n${indent}`);
}
