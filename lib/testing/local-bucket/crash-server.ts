import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { credentials, region } from "./test-server";

const projectDir = fileURLToPath(new URL("../../..", import.meta.url));
const args = ["--conditions=react-server", "--import", "tsx", "lib/cli.ts", "bucket", "serve"];
const pinoError = 50;

/** The local bucket in a process of its own, as `npm run manage -- bucket serve --data` runs it. */
export class ServerProcess {
  /** Where it serves, once it does. */
  readonly url: Promise<string>;
  /** What it wrote to standard error, but for the lines of requests that went well. */
  readonly complaints: string[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #closed: Promise<unknown[]>;

  constructor(dataDir: string) {
    this.#child = spawn(process.execPath, [...args, "--data", dataDir, "--port", "0", "--json"], {
      cwd: projectDir,
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_REGION: region,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#closed = once(this.#child, "close");
    createInterface(this.#child.stderr).on("line", (line) => {
      if (!line.startsWith("{") || JSON.parse(line).level >= pinoError) this.complaints.push(line);
    });
    const line = once(createInterface(this.#child.stdout), "line").then(([json]) => JSON.parse(json).url);
    const ended = this.#closed.then(() => {
      throw new Error(`The server ended before it served: ${this.complaints.join("\n")}`);
    });
    this.url = Promise.race([line, ended]);
    // Whoever kills it while it starts does not wait for its address.
    this.url.catch(() => undefined);
  }

  /** Ends it and waits until it is gone. Resolves with its exit code, or null after SIGKILL. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    this.#child.kill(signal);
    const [code] = (await this.#closed) as [number | null];
    return code;
  }
}
