import fs from "node:fs";
import path from "node:path";
import { staticFiles } from "@/lib/storage/locations";
import {
  planStaticFiles,
  putStaticFiles,
  type StaticFile,
  type StaticPlan,
} from "@/lib/storage/static-files";
import { recallStore } from "@/lib/uploads/store";
import { buildIfStale, staticDir } from "./build";
import type { Command } from "./command";
import { projectDir } from "./program";

export const collectStaticCommand: Command = {
  usage: "[--dry-run] [--delete]",
  options: { "dry-run": { type: "boolean" }, delete: { type: "boolean" } },
  async run(flags) {
    await buildIfStale(say);
    await recallStore().catch((error: Error) =>
      say(`What is known of this store could not be read, so it is taken for S3: ${error.message}`),
    );
    const storage = staticFiles();
    const files = [
      ...filesUnder(staticDir, "_next/static/", true),
      ...filesUnder(path.join(projectDir, "public"), "", false),
    ];
    const plan = await planStaticFiles(storage, files);
    const deleted = flags.delete === true ? plan.leftovers : [];
    const isDryRun = flags["dry-run"] === true;
    if (!isDryRun) {
      await putStaticFiles(storage, plan, showProgress(plan.changed.length));
      await storage.delete(deleted);
    }
    const changed = plan.changed.map(({ name }) => name);
    const data = {
      changed,
      unchanged: Object.keys(plan.unchanged).length,
      leftovers: plan.leftovers,
      deleted,
    };
    return { data, text: isDryRun ? preview(plan, deleted) : summary(plan, deleted) };
  },
};

// Standard output belongs to the answer.
const say = (line: string): void => console.error(line);

/**
 * The files of a folder by their names; hidden ones are for other programs, but for /.well-known, and what is compressed for
 * `npm start` no server of files would send as what it is.
 */
function filesUnder(folder: string, prefix: string, isHashed: boolean): StaticFile[] {
  const isHidden = (name: string) => /(^|\/)\.(?!well-known\/)|\.br$/.test(name);
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({
      name: prefix + path.relative(folder, file).split(path.sep).join("/"),
      path: file,
      isHashed,
    }))
    .filter(({ name }) => !isHidden(name))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function showProgress(total: number): (sent: number) => void {
  if (!process.stderr.isTTY) {
    if (total > 0) say(`Sending ${countOf(total)} …`);
    return () => {};
  }
  return (sent) => process.stderr.write(`\rSent ${sent} of ${countOf(total)}${sent === total ? "\n" : ""}`);
}

function preview({ changed, unchanged }: StaticPlan, deleted: string[]): string {
  const lines = [
    ...changed.map(({ name }) => `  send    ${name}`),
    ...deleted.map((name) => `  delete  ${name}`),
    `${countOf(Object.keys(unchanged).length)} would stay as they are.`,
  ];
  return lines.join("\n");
}

function summary({ changed, unchanged, leftovers }: StaticPlan, deleted: string[]): string {
  const sentence = `Sent ${countOf(changed.length)}; ${Object.keys(unchanged).length} had not changed.`;
  if (leftovers.length === 0) return sentence;
  return deleted.length > 0
    ? `${sentence} Deleted ${deleted.length} of earlier builds.`
    : `${sentence} ${leftovers.length} of earlier builds are still there, for pages that are still open: --delete takes them away.`;
}

const countOf = (files: number): string => (files === 1 ? "1 file" : `${files} files`);
