import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const others = 0o077;
const sticky = 0o1000;

/**
 * Makes the folder of a bucket where there is none. What a bucket keeps in it is for its owner alone, also where others could read
 * it so far. A folder that is shared by design, like /tmp, stays so.
 */
export function makePrivate(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const isShared = (statSync(dataDir).mode & sticky) !== 0;
  if (isShared || withdraw(dataDir)) {
    for (const name of ["incoming", "blobs"]) withdrawAll(join(dataDir, name));
  }
  const index = join(dataDir, "index.sqlite");
  // SQLite gives the files beside it the rights that this one has.
  closeSync(openSync(index, "a", 0o600));
  for (const file of [index, `${index}-wal`, `${index}-shm`]) if (existsSync(file)) withdraw(file);
}

function withdrawAll(folder: string): void {
  if (!existsSync(folder)) return;
  withdraw(folder);
  for (const name of readdirSync(folder, { recursive: true })) withdraw(join(folder, String(name)));
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
