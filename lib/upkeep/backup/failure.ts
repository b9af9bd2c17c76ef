import "server-only";
import { AppError } from "@/lib/errors";

const full = new Set(["ENOSPC", "EDQUOT", "SQLITE_FULL"]);
const refused = new Set([
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOENT",
  "ENOTDIR",
  "SQLITE_CANTOPEN",
  "SQLITE_READONLY",
]);
const unreadable = new Set(["SQLITE_NOTADB", "SQLITE_CORRUPT"]);

/** Says in a sentence what the disk that holds `place`, or SQLite, does not do. */
export async function explainFailure<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code = "" } = error as { code?: string };
    const is = (codes: ReadonlySet<string>) =>
      codes.has(code) ||
      [...codes].some((known) => known.startsWith("SQLITE") && code.startsWith(`${known}_`));
    if (is(full))
      throw new AppError("disk_full", `There is no room left on the disk of ${place}.`, { cause: error });
    if (is(refused))
      throw new AppError(
        "data_dir",
        `${place} cannot be used (${code}). Does it exist, and may this user write there?`,
        {
          cause: error,
        },
      );
    if (is(unreadable))
      throw new AppError("bad_backup", "The database is damaged: SQLite cannot read it.", { cause: error });
    throw error;
  }
}
