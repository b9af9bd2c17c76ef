import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Works while no other process does that asks for the same file. What a process has left that ended in the middle holds nobody up. */
export async function withBuildLock(
  file: string,
  say: (line: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  for (let waits = 0; !take(file); waits += 1) {
    if (waits === 0) say("Waiting for another process that builds the pages …");
    await sleep(500);
  }
  try {
    await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  // Linked, not written in place: else another process may read it before it says whose it is.
  const own = `${file}.${process.pid}`;
  fs.writeFileSync(own, String(process.pid));
  try {
    fs.linkSync(own, file);
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    fs.rmSync(own, { force: true });
  }
  if (!isHeld(file)) fs.rmSync(file, { force: true });
  return false;
}

function isHeld(file: string): boolean {
  try {
    const pid = Number(fs.readFileSync(file, "utf8"));
    // In a container each start may have the number of the one before.
    return pid > 0 && pid !== process.pid && process.kill(pid, 0);
  } catch (error) {
    // Without it, it was given back meanwhile.
    return codeOf(error) === "EPERM";
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
