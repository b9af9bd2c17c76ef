import fs from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { Source } from "./import-source";

/** The disk of this machine. Links to folders are not followed. */
export const diskTree: Source = {
  entries: async (folder) => {
    try {
      return fs
        .readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() || entry.isFile())
        .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
        .sort((one, other) => Number(one.name > other.name) - Number(one.name < other.name));
    } catch {
      return null;
    }
  },
  join: path.join,
  head: async (file, end) => {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(end), 0, end, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  },
  text: (file) => readFile(file, "utf8").catch(() => ""),
  open: async (file) => fs.createReadStream(file),
  localPath: (file) => file,
  modifiedAtMs: (file) =>
    stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    ),
  label: (file) => file,
};
