import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "@/lib/testing/stores/free-ports";
import type { BrowserPage } from "./browser-page";
import { openSession } from "./web-driver";

const windowScript = path.join(import.meta.dirname, "webkit-window.js");
const startLimitMs = 30_000;

/** Starts a WebKitGTK on a screen of its own, which nobody sees. */
export async function openWebKit(): Promise<BrowserPage> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-webkit-"));
  const children: ChildProcess[] = [];
  const end = async () => {
    for (const child of children.reverse()) await ended(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const screen = startProgram("Xvfb", [
      "-displayfd",
      "1",
      "-screen",
      "0",
      "1280x900x24",
      "-nolisten",
      "tcp",
    ]);
    children.push(screen);
    const [display] = await once(screen.stdout, "data", { signal: AbortSignal.timeout(startLimitMs) });
    const [port = 0] = await freePorts(1);
    const driver = startProgram("WebKitWebDriver", ["--host=127.0.0.1", `--port=${port}`], {
      DISPLAY: `:${String(display).trim()}`,
      XDG_RUNTIME_DIR: folder,
    });
    driver.stdout.resume();
    children.push(driver);
    const origin = `http://127.0.0.1:${port}`;
    await untilReady(origin);
    const log = path.join(folder, "console.txt");
    await writeFile(log, "");
    const downloadsFolder = path.join(folder, "downloads");
    await mkdir(downloadsFolder);
    const session = await openSession(origin, { "webkitgtk:browserOptions": windowOf(folder, log) });
    return {
      ...session,
      readErrors: () => linesOf(log, isError),
      readFailedDownloads: () => linesOf(log, /^DOWNLOAD failed/),
      downloadsFolder,
      killServiceWorker: async () => {
        process.kill(Number(await readFile(path.join(folder, "window.pid"), "utf8")), "SIGUSR1");
      },
      close: async () => {
        // It answers that there is no window any more, or not at all.
        await Promise.allSettled([session.close()]);
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

const linesOf = async (log: string, pattern: RegExp): Promise<string[]> =>
  (await readFile(log, "utf8")).split("\n").filter((line) => pattern.test(line));

const isError = /CONSOLE (?:[A-Z]+ )?ERROR/;

/** The driver drops what its window says. The window ends with the driver, however that ends. */
const windowOf = (folder: string, log: string) => ({
  binary: "/bin/sh",
  args: [
    "-c",
    'echo $$ >"$1/window.pid"; exec setpriv --pdeathsig KILL stdbuf -oL gjs -m "$0" "$1" >>"$2" 2>&1',
    ...[windowScript, folder, log],
  ],
});

/** The kernel ends it when this process is gone, even by SIGKILL. */
const startProgram = (program: string, args: string[], env: Record<string, string> = {}) =>
  spawn("setpriv", ["--pdeathsig", "KILL", program, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill();
  await exit;
}

async function untilReady(origin: string): Promise<void> {
  for (const end = performance.now() + startLimitMs; ; ) {
    try {
      await fetch(`${origin}/status`);
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(50);
    }
  }
}
