import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** A program that goes on, and what it says. */
export class ServerProcess {
  out = "";
  err = "";
  /** its exit code; null: a signal ended it */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(program: string, args: string[], env: Record<string, string>) {
    const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
    // Next's types have every environment name its NODE_ENV.
    const child = spawn(program, args, { cwd: "/", env: env as NodeJS.ProcessEnv, stdio });
    this.#child = child;
    child.stdout.on("data", (chunk) => {
      this.out += String(chunk);
    });
    child.stderr.on("data", (chunk) => {
      this.err += String(chunk);
    });
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    return await this.ended;
  }

  /** Waits for these words on standard output; throws all that was said where it ends before. */
  async said(words: RegExp): Promise<string> {
    let hasEnded = false;
    void this.ended.then(() => {
      hasEnded = true;
    });
    for (;;) {
      const found = words.exec(this.out);
      if (found !== null) return found[1] ?? found[0];
      if (hasEnded) throw new Error(`It ended, and did not say ${words}:\n${this.out}${this.err}`);
      await sleep(20);
    }
  }
}
