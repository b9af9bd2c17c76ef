import { type ChildProcess, spawn } from "node:child_process";
import { AppError } from "@/lib/errors";

/** How long a command may take, in milliseconds, where its caller does not say: only what hangs takes that long. */
const patience = 300_000;
/** How long a daemon may take to end once it is told to, in milliseconds. */
const grace = 5000;
/** How much of a program's stderr is kept for the sentence that says why it failed, in characters. */
const kept = 2000;

/** What a program finds in its environment besides what this process does. */
export type Variables = Record<string, string>;

/** Programs that end with this process, however it ends. */
export class Processes {
  private readonly failure = new AbortController();
  private readonly daemons = new Set<ChildProcess>();
  /** Aborted when the caller's signal is, or when a daemon ends by itself. */
  readonly signal: AbortSignal;

  constructor(
    private readonly folder: string,
    signal?: AbortSignal,
  ) {
    this.signal = AbortSignal.any([this.failure.signal, ...(signal ? [signal] : [])]);
  }

  /** Starts a program that goes on. */
  start(program: string, args: readonly string[], env: Variables = {}): void {
    this.signal.throwIfAborted();
    const { child, ended } = this.spawn(program, args, env);
    this.daemons.add(child);
    // A pipe that nobody reads would fill, and stop it.
    child.stdout.resume();
    ended.then(
      (how) => this.failure.abort(failed(`${program} ended by itself: ${how.sentence}`)),
      (error: unknown) => this.failure.abort(error),
    );
  }

  /** Runs a program to its end, and returns what it wrote to stdout. Throws AppError where it fails. */
  async run(
    program: string,
    args: readonly string[],
    { env = {}, limitMs = patience }: { env?: Variables; limitMs?: number } = {},
  ): Promise<string> {
    this.signal.throwIfAborted();
    const { child, ended } = this.spawn(program, args, env);
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    // With what it started itself, like a compiler: it is detached, and so leads a group of its own.
    const kill = () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, "SIGKILL");
    };
    this.signal.addEventListener("abort", kill);
    const limit = setTimeout(kill, limitMs);
    const { code, sentence } = await ended.finally(() => {
      clearTimeout(limit);
      this.signal.removeEventListener("abort", kill);
    });
    this.signal.throwIfAborted();
    if (code !== 0) throw failed(`${program} failed: ${sentence}`);
    return stdout;
  }

  /** Ends the daemons, by force where they do not end when they are told to. */
  async stop(): Promise<void> {
    await Promise.all(
      [...this.daemons].map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
        const exit = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGTERM");
        const force = setTimeout(() => child.kill("SIGKILL"), grace);
        await exit;
        clearTimeout(force);
      }),
    );
  }

  private spawn(program: string, args: readonly string[], env: Variables) {
    // The kernel ends it when this process is gone, even by SIGKILL; a terminal's Ctrl-C reaches only this process.
    const child = spawn("setpriv", ["--pdeathsig", "KILL", program, ...args], {
      cwd: this.folder,
      detached: true,
      // Arguments of someone's own Ceph would be added to ours.
      env: { ...process.env, CEPH_ARGS: undefined, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-kept);
    });
    const ended = new Promise<{ code: number | null; sentence: string }>((resolve, reject) => {
      child.once("error", (error) => reject(failed(`${program} could not be started: ${error.message}.`)));
      child.once("close", (code, signal) => {
        const reason = stderr.trim().split("\n").at(-1) || `${signal ?? `exit code ${code}`}.`;
        resolve({ code, sentence: reason });
      });
    });
    return { child, ended };
  }
}

const failed = (message: string) => new AppError("test_store_failed", message);
