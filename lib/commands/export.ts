import path from "node:path";
import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { AppError } from "@/lib/errors";
import { exportPictures } from "@/lib/move/export-pictures";
import type { Command } from "./command";
import { withOwnBucket } from "./own-bucket";

export const exportCommand: Command = {
  usage:
    "FOLDER [--owner EMAIL] [--album NAME]…\n  everybody’s pictures, each person’s in a folder; with --owner one person’s, with --album those of some albums;\n  what is there already is not written again, and the trash is left out",
  options: { owner: { type: "string" }, album: { type: "string", multiple: true } },
  takesFiles: true,
  async run({ owner, album }, [folder, ...others]) {
    if (folder === undefined || others.length > 0)
      throw new AppError("usage", "Say into which folder: export FOLDER");
    await migrate(database());
    const report = await withOwnBucket(() =>
      exportPictures(path.resolve(folder), {
        email: typeof owner === "string" ? owner : null,
        albums: Array.isArray(album) ? album : [],
        onProgress: showProgress,
      }),
    );
    const { written, writtenBytes, present, stale, failed, trashed } = report;
    const lines = [
      `Wrote ${written} pictures (${writtenBytes} bytes) to ${folder}; ${present} were there already.`,
      ...failed.map(({ id, title, reason }) => `  not written: ${id} “${title}”: ${reason}`),
      ...(stale > 0
        ? [`${stale} of an earlier export are there still, and no longer in Pail, or elsewhere.`]
        : []),
      ...(trashed > 0 ? [`${trashed} pictures in the trash were left out.`] : []),
    ];
    return { data: report, text: lines.join("\n"), exitCode: failed.length > 0 ? 1 : 0 };
  },
};

/** On a terminal. Standard output belongs to the answer. */
function showProgress(done: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done} pictures`);
}
