import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { type CopyReport, copiedLocations, copyBucket } from "@/lib/move/copy-bucket";
import { CopyLedger } from "@/lib/move/copy-ledger";
import { type BucketClient, connectBucket } from "@/lib/storage/bucket-client";
import { setUpBucket } from "@/lib/storage/setup/set-up";
import { knowOtherStore } from "@/lib/uploads/store";
import type { Command } from "./command";
import { requireAnswer, withLocalBucket, withOwnBucket } from "./own-bucket";
import { type OtherSettings, readSettingsFile } from "./settings-file";

export const bucketCopyCommand: Command = {
  usage:
    "--to FILE [--deep] [--delete [--force]]\n  FILE has the other bucket's settings, as .env has them: S3_BUCKET, S3_ENDPOINT, S3_REGION …, AWS_ACCESS_KEY_ID,\n  AWS_SECRET_ACCESS_KEY; without S3_BUCKET it is the local bucket. Run it again to go on, and for what came since.\n  --deep reads what is there already, too; --delete deletes there what was copied and is here no more.",
  options: {
    to: { type: "string" },
    deep: { type: "boolean" },
    delete: { type: "boolean" },
    force: { type: "boolean" },
  },
  async run(flags) {
    const other = await readSettingsFile("--to", flags.to);
    await migrate(database());
    const report = await withOwnBucket((from) =>
      withLocalBucket(other.bucket(), async () => {
        const to = await connectOther(other, from);
        const ledger = new CopyLedger(env().dataDir, to.publicUrl);
        try {
          return await copyBucket(
            { from, to },
            {
              ...{ locations: env().locations, ledger, onProgress: showProgress },
              // Finding out what its store can writes to it.
              beforeWriting: () => knowOtherStore(to, other.bucket().local !== null),
              ...{ isDeep: flags.deep === true, deletes: flags.delete === true, force: flags.force === true },
            },
          );
        } finally {
          ledger.close();
        }
      }),
    );
    const exitCode = report.failed.length > 0 ? 1 : 0;
    const settings = settingsOf(other);
    return { data: { ...report, settings }, text: textOf(report, settings).join("\n"), exitCode };
  },
};

/** Throws AppError `usage` where it is the bucket of this Pail. */
async function connectOther(other: OtherSettings, from: BucketClient): Promise<BucketClient> {
  const settings = other.bucket();
  const to = connectBucket(settings);
  const isSame = settings.local === null ? to.serverUrl === from.serverUrl : env().bucket.local !== null;
  if (isSame) throw new AppError("usage", "--to names the bucket that Pail uses already.");
  if (settings.local === null) await requireAnswer(to);
  else await setUpBucket(to, { ...env(), origins: [env().appOrigin] });
  return to;
}

/** What has to be set for Pail to use the other bucket; null: what has to be unset. Secrets stay in their file. */
function settingsOf({ variables, bucket }: OtherSettings): Record<string, string | null> {
  const names = [
    "S3_BUCKET",
    "S3_ENDPOINT",
    "S3_PUBLIC_ENDPOINT",
    "S3_REGION",
    "S3_FORCE_PATH_STYLE",
    "S3_UPLOAD",
  ];
  const isLocal = bucket().local !== null;
  const entries = names.flatMap((name): [string, string | null][] => {
    const wanted = isLocal && name !== "S3_PUBLIC_ENDPOINT" ? "" : (variables[name] ?? "");
    if (wanted !== "") return [[name, wanted]];
    return isSet(name) ? [[name, null]] : [];
  });
  return Object.fromEntries(entries);
}

const isSet = (name: string): boolean => (process.env[name] ?? "") !== "";

function textOf(
  { copied, copiedBytes, present, altered, left, deleted, openUploads, failed }: CopyReport,
  settings: Record<string, string | null>,
): string[] {
  const folders = copiedLocations.map((name) => `${env().locations[name]}/`).join(", ");
  return [
    `Copied ${copied} objects (${copiedBytes} bytes) of ${folders}; ${present} were there already.`,
    ...failed.map(({ key, error }) => `  not copied: ${key}: ${error.message}`),
    ...(altered > 0 ? [`${altered} of them say less of themselves there: the store keeps no more.`] : []),
    ...(deleted > 0 ? [`Deleted ${deleted} objects there that are here no more.`] : []),
    ...(left > 0
      ? [`${left} objects are there alone: --delete deletes those that were copied there before.`]
      : []),
    ...(openUploads > 0
      ? [
          `${openUploads} uploads are under way. What they have put under ${env().locations.incoming}/ is not copied: it is sent again.`,
        ]
      : []),
    ...(failed.length > 0
      ? ["The other bucket is not whole, and says so: run it again."]
      : [
          "To use that bucket: stop Pail, run this once more, set these variables, and start it.",
          ...linesOf(settings),
        ]),
  ];
}

function linesOf(settings: Record<string, string | null>): string[] {
  const lines = Object.entries(settings).map(([name, value]) =>
    value === null ? `  ${name} unset` : `  ${name}=${value}`,
  );
  return settings.S3_BUCKET === null
    ? lines
    : [...lines, "  and its credentials. “npm run manage -- bucket setup” then makes it what Pail needs."];
}

/** On a terminal. Standard output belongs to the answer. */
function showProgress(done: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done} objects`);
}
