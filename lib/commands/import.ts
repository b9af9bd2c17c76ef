import fs from "node:fs";
import path from "node:path";
import { getViewerByEmail } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { readOtherBucket } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { bucketTree } from "@/lib/move/bucket-tree";
import { diskTree } from "@/lib/move/disk-tree";
import { type ImportResult, importPictures } from "@/lib/move/import-pictures";
import type { Source } from "@/lib/move/import-source";
import { connectBucket } from "@/lib/storage/bucket-client";
import type { Command } from "./command";
import { leftOutLine, showProgress, summary } from "./file-results";
import { requireAnswer, withOwnBucket } from "./own-bucket";
import { readSettingsFile } from "./settings-file";

export const importCommand: Command = {
  usage:
    "PLACE --owner EMAIL [--from FILE]\n  PLACE is a folder that “export” wrote, a Google Takeout, any other folder, or s3://bucket/prefix; FILE has the\n  settings of that bucket, as .env has them. What is there already is not added again.",
  options: { owner: { type: "string" }, from: { type: "string" } },
  takesFiles: true,
  async run({ owner, from }, [place, ...others]) {
    if (place === undefined || others.length > 0)
      throw new AppError("usage", "Say from where: import FOLDER, or import s3://bucket/prefix");
    if (typeof owner !== "string") throw new AppError("usage", "Say whose pictures they are: --owner EMAIL");
    // Before the local bucket is served: its port is not that of another store.
    const [source, root] = await sourceOf(place, from);
    await migrate(database());
    const viewer = await getViewerByEmail(owner);
    const results: ImportResult[] = [];
    const say = showProgress(null);
    const { leftOut } = await withOwnBucket(() =>
      importPictures(viewer, source, root, (result) => {
        results.push(result);
        say(result, results.length);
      }),
    );
    if (process.stderr.isTTY) process.stderr.write("\n");
    if (place.startsWith("s3://") && results.length + leftOut === 0)
      throw new AppError("unreadable", `There is nothing under ${place}.`);
    const text = [summary(results), leftOutLine(leftOut)].filter((line) => line !== "").join("\n");
    const exitCode = results.some(({ status }) => status === "failed") ? 1 : 0;
    return { data: { files: results, leftOut }, text, exitCode };
  },
};

async function sourceOf(place: string, from: unknown): Promise<[Source, root: string]> {
  const [, name, prefix = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(place) ?? [];
  if (name === undefined) {
    if (from !== undefined) throw new AppError("usage", "--from is for s3://bucket/prefix alone.");
    const folder = path.resolve(place);
    if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw new AppError("unreadable", `There is no folder ${place}.`);
    return [diskTree, folder];
  }
  const settings =
    from === undefined
      ? readOtherBucket({ ...process.env, S3_BUCKET: name })
      : (await readSettingsFile("--from", from)).bucket({ S3_BUCKET: name });
  const bucket = connectBucket(settings);
  const root = prefix.replace(/\/+$/, "");
  await requireAnswer(bucket, root === "" ? "" : `${root}/`);
  return [bucketTree(bucket), root];
}
