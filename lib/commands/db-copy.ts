import { type Connection, connectFile, connectLibsql, connectWhole, fileOf } from "@/lib/db/whole/connection";
import { copyDatabase } from "@/lib/db/whole/copy";
import { AppError } from "@/lib/errors";
import { makePrivateFile } from "@/lib/private-files";
import type { Command } from "./command";

export const dbCopyCommand: Command = {
  usage: "FROM TO   (each is file:PATH, or libsql://HOST?authToken=TOKEN; TO is empty)",
  takesFiles: true,
  async run(_flags, [fromUrl, toUrl, ...more]) {
    if (fromUrl === undefined || toUrl === undefined || more.length > 0)
      throw new AppError("usage", "Say FROM and TO: the database that there is, and the empty one.");
    const from = await connectWhole(fromUrl);
    try {
      const to = await openTarget(toUrl);
      try {
        const rows = await copyDatabase(from, to);
        const count = Object.values(rows).reduce((sum, of) => sum + of, 0);
        return {
          data: { from: from.name, to: to.name, rows },
          text: `Copied ${count} rows in ${Object.keys(rows).length} tables from ${from.name} to ${to.name}, and read each back. What is written to ${from.name} from now on is not there: set DATABASE_URL before Pail starts again.`,
        };
      } finally {
        to.close();
      }
    } finally {
      from.close();
    }
  },
};

async function openTarget(url: string): Promise<Connection> {
  const file = fileOf(url);
  if (file === null) return await connectLibsql(url);
  makePrivateFile(file);
  return await connectFile(file);
}
