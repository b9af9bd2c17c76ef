import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { env } from "@/lib/env";
import { bucketClient } from "@/lib/storage/bucket-client";
import { halfCopiedSentence, isHalfCopied, requireWholeBucket } from "@/lib/storage/half-copied";
import { reconcile, repair } from "@/lib/upkeep/reconcile";
import type { Command } from "./command";

export const uploadsReconcileCommand: Command = {
  usage: "[--repair [--force]]",
  options: { repair: { type: "boolean" }, force: { type: "boolean" } },
  async run(flags) {
    await migrate(database());
    const [bucket, { locations }] = [bucketClient(), env()];
    // What is missing there is not lost.
    if (flags.repair === true) await requireWholeBucket(bucket, locations);
    const report = await reconcile();
    const isHalf = await isHalfCopied(bucket, locations);
    const done = flags.repair === true ? await repair(report, { force: flags.force === true }) : null;
    const { orphans, lost, incomplete } = report;
    const left = done === null ? orphans.length + lost.length + incomplete.length : incomplete.length;
    const lines = [
      `Compared ${report.images} pictures with ${report.objects} objects.`,
      ...orphans.map((name) => `  no picture names ${name}`),
      ...lost.map((id) => `  picture ${id} has lost its original`),
      ...incomplete.map((id) => `  picture ${id} lacks a smaller version`),
      ...(report.foreign > 0 ? [`  ${report.foreign} objects are not Pail's, and are let be`] : []),
      ...(isHalf ? [halfCopiedSentence(bucket)] : []),
      ...(done === null
        ? []
        : [`Deleted ${done.deleted} objects and put ${done.trashed} pictures into the trash.`]),
    ];
    return { data: { ...report, ...done }, text: lines.join("\n"), exitCode: left > 0 || isHalf ? 1 : 0 };
  },
};
