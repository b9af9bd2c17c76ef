import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const others = 0o077;

/** Makes the folder of a bucket where there is none. What is in it is for its owner alone, also where others could read it so far. */
export function makePrivate(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (withdraw(dataDir)) {
    for (const name of readdirSync(dataDir, { recursive: true })) withdraw(join(dataDir, String(name)));
  }
  const index = join(dataDir, "index.sqlite");
  // SQLite gives the files beside it the rights that this one has.
  closeSync(openSync(index, "a", 0o600));
  for (const file of [index, `${index}-wal`, `${index}-shm`]) if (existsSync(file)) withdraw(file);
}

/** Whether others could get at it. */
function withdraw(place: string): boolean {
  const { mode } = statSync(place);
  if ((mode & others) === 0) return false;
  try {
    chmodSync(place, mode & 0o700);
  } catch (error) {
    // A volume whose rights are not ours to change, or that has none.
    if (!["EPERM", "EROFS", "ENOTSUP", "ENOSYS"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
  }
  return true;
}
