import { env } from "@/lib/env";
import { bucketClient } from "@/lib/storage/bucket-client";
import { examineBucket } from "@/lib/storage/doctor/examine";
import { exitCodeOf, type Finding } from "@/lib/storage/doctor/finding";
import type { Command } from "./command";

export const bucketDoctorCommand: Command = {
  async run() {
    const findings = await examineBucket(bucketClient(), env());
    return { data: { findings }, text: findings.map(paragraph).join("\n"), exitCode: exitCodeOf(findings) };
  },
};

const marks = { fine: "  ok    ", warning: "warning ", fatal: "  FATAL " };

/** A finding as lines of text: what, and where something is to be done, why it matters and what mends it. */
export function paragraph(finding: Finding): string {
  const first = `${marks[finding.level]}${finding.what}`;
  if (finding.level === "fine") return first;
  const indent = " ".repeat(marks.fine.length);
  return [first, finding.why, finding.mend].join(`\n${indent}`);
}
