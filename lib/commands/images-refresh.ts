import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { refreshImages } from "@/lib/upkeep/refresh";
import type { Command } from "./command";

export const imagesRefreshCommand: Command = {
  usage: "[--anew]   (goes on where an earlier one was cut short; --anew begins with the first picture)",
  options: { anew: { type: "boolean" } },
  async run(flags) {
    await migrate(database());
    const report = await refreshImages({ anew: flags.anew === true, onProgress: showProgress });
    const { images, changed, lost, unreadable, resumed } = report;
    const lines = [
      `${resumed ? "Went on where it was cut short: looked" : "Looked"} at ${images} pictures again and changed ${changed}.`,
      ...lost.map((id) => `  picture ${id} has lost its original`),
      ...unreadable.map((id) => `  picture ${id} cannot be read`),
    ];
    return { data: report, text: lines.join("\n"), exitCode: lost.length + unreadable.length > 0 ? 1 : 0 };
  },
};

/** On a terminal. Standard output belongs to the answer. */
function showProgress(done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done} of ${total}${done >= total ? "\n" : ""}`);
}
