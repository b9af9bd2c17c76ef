import fs from "node:fs";
import path from "node:path";

/** Where the file system has no such rights, or they are not ours to change. */
const notOurs = new Set(["EPERM", "EROFS", "ENOTSUP", "ENOSYS"]);
const others = 0o077;

/** Makes the folder where there is none, and lets nobody else into it. One that other programs share is left as it is. */
export function makePrivateFolder(folder: string): void {
  const made = fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (made === undefined && !isShared(folder)) withdraw(folder);
}

/**
 * Makes the file where there is none, and lets nobody else read it. One that is there is not opened: closing it again would end the
 * locks that SQLite has on it in this process (https://www.sqlite.org/howtocorrupt.html, 2.2).
 */
export function makePrivateFile(file: string): void {
  try {
    fs.closeSync(fs.openSync(file, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    makeFilePrivate(file);
  }
}

/** The same where there may be none, and then need not be. */
export function makeFilePrivate(file: string): void {
  if (fs.existsSync(file)) withdraw(file);
}

function withdraw(place: string): void {
  const { mode } = fs.statSync(place);
  if ((mode & others) === 0) return;
  try {
    fs.chmodSync(place, mode & 0o700);
  } catch (error) {
    if (!notOurs.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** Like /tmp or /srv: others would no longer get at what is theirs. */
function isShared(folder: string): boolean {
  const isSticky = (fs.statSync(folder).mode & 0o1000) !== 0;
  const isAtTop = path.dirname(path.resolve(folder)) === path.parse(path.resolve(folder)).root;
  return isSticky || (isAtTop && fs.readdirSync(folder).some((name) => !isPails(name)));
}

const isPails = (name: string): boolean =>
  /^(pail\.sqlite|secrets\.json|before-restore-|\.probe-|\.backup-)/.test(name) ||
  ["bucket", "copies", "lost+found"].includes(name);
