import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { env } from "@/lib/env";
import { bucketClient } from "@/lib/storage/bucket-client";
import { halfCopiedSentence, isHalfCopied, requireWholeBucket } from "@/lib/storage/half-copied";
import { reconcile, repair } from "@/lib/upkeep/reconcile";
import { deletePictures, takeOver } from "@/lib/upkeep/take-over";
import type { Command } from "./command";

export const uploadsReconcileCommand: Command = {
  usage:
    "[--repair [--force]] [--delete ID]…   (--delete: all that the bucket has of a picture that no row names)",
  options: {
    repair: { type: "boolean" },
    force: { type: "boolean" },
    delete: { type: "string", multiple: true },
  },
  async run(flags) {
    await migrate(database());
    const [bucket, { locations }] = [bucketClient(), env()];
    const isRepair = flags.repair === true;
    // What is missing there is not lost.
    if (isRepair) await requireWholeBucket(bucket, locations);
    const unwanted = Array.isArray(flags.delete) ? flags.delete : [];
    const discarded = unwanted.length === 0 ? 0 : await deletePictures(unwanted);
    const report = await reconcile();
    const isHalf = await isHalfCopied(bucket, locations);
    const taken = isRepair ? await takeOver(report) : null;
    const done = isRepair ? await repair(report, { force: flags.force === true }) : null;
    const { unknown, news, orphans, lost, incomplete } = report;
    const different = unknown.length + news + orphans.length + lost.length;
    const left = isRepair ? 0 : different;
    const lines = [
      `Compared ${report.images} pictures with ${report.objects} objects.`,
      ...(news > 0 ? [`  the bucket's journal tells of changes that the database does not know`] : []),
      ...unknown.map((id) => `  the database does not know picture ${id}`),
      ...orphans.map((name) => `  no picture names ${name}`),
      ...lost.map((id) => `  picture ${id} has lost its original`),
      ...incomplete.map((id) => `  picture ${id} lacks a smaller version`),
      ...(report.foreign > 0 ? [`  ${report.foreign} objects are not Pail's, and are let be`] : []),
      ...(isHalf ? [halfCopiedSentence(bucket)] : []),
      ...(taken === null ? [] : sayTaken(taken)),
      ...(done === null
        ? []
        : [`Deleted ${done.deleted} objects and put ${done.trashed} pictures into the trash.`]),
      ...(unwanted.length === 0 ? [] : [`Deleted ${discarded} objects of the pictures that were named.`]),
    ];
    const isLeft =
      left + incomplete.length + (taken?.duplicates.length ?? 0) + (taken?.damaged.length ?? 0) > 0;
    return {
      data: { ...report, ...taken, ...done, ...(unwanted.length > 0 && { discarded }) },
      text: lines.join("\n"),
      exitCode: isLeft || isHalf ? 1 : 0,
    };
  },
};

const sayTaken = ({ told, adopted, duplicates, damaged }: Awaited<ReturnType<typeof takeOver>>): string[] => [
  ...duplicates.map(
    (id) => `  picture ${id} is there again under another id: “--delete ${id}” deletes this one`,
  ),
  ...damaged.map((name) => `  ${name} of the journal is damaged, and was left out`),
  ...(told + adopted.length > 0
    ? [
        `Took over ${told} things from the journal, and ${adopted.length} pictures as they tell of themselves.`,
      ]
    : []),
];
