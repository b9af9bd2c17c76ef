import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { rebuild } from "@/lib/upkeep/rebuild";
import type { Command } from "./command";

export const imagesRebuildCommand: Command = {
  usage: "  (goes on where an earlier one was cut short)",
  async run() {
    await migrate(database());
    const report = await rebuild({ onProgress: showProgress });
    if (process.stderr.isTTY) process.stderr.write("\n");
    const { images, adopted, told, duplicates, damaged, skipped, accounts, resumed } = report;
    const lines = [
      `${resumed ? "Went on where it was cut short: the" : "The"} bucket has ${images} pictures. Its journal told of ${told} things, and ${adopted} pictures told of themselves.`,
      ...duplicates.map((id) => `  picture ${id} is there again under another id, and was left as it is`),
      ...damaged.map((name) => `  ${name} of the journal is damaged, and was left out`),
      ...skipped.map((id) => `  ${id} cannot be as the journal tells it, and was left out`),
      ...(accounts.length === 0 ? [] : [unclaimed(accounts)]),
    ];
    return {
      data: report,
      text: lines.join("\n"),
      exitCode: damaged.length + skipped.length > 0 ? 1 : 0,
    };
  },
};

const unclaimed = (accounts: string[]): string =>
  [
    "Nobody can sign in to these accounts yet. “create-admin --email …” makes one an admin's, “set-password --email …” gives any of them a password:",
    ...accounts.map((email) => `  ${email}`),
  ].join("\n");

/** On a terminal. Standard output belongs to the answer. */
function showProgress(images: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${images} pictures`);
}
