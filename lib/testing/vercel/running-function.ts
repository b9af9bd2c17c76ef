import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import type { BuiltFunction } from "./build-output";

const nobody = 65534;

export interface Call {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer | string;
}

/** One function, in its process. */
export class RunningFunction {
  log = "";
  /** from the start of its process until it could be asked, in milliseconds */
  loadMs: Promise<number>;
  /** of `performance.now()` */
  readonly startedAt: number;
  readonly #child: ChildProcess;
  readonly #port: Promise<number>;

  constructor(built: BuiltFunction, parent: string, env: Record<string, string>) {
    const folder = unpack(built, parent);
    const kind = built.useWebApi ? "web" : "node";
    const node = path.join(parent, "node");
    const args = [path.join(parent, "function-server.mjs"), folder, built.handler, kind];
    const asNobody = [
      "--reuid",
      String(nobody),
      "--regid",
      String(nobody),
      "--clear-groups",
      "--no-new-privs",
      node,
    ];
    const [program, given] = process.getuid?.() === 0 ? ["setpriv", [...asNobody, ...args]] : [node, args];
    this.startedAt = performance.now();
    this.#child = spawn(program, given, {
      cwd: folder,
      env: { ...system, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const started = new Promise<{ port: number; loadMs: number }>((resolve, reject) => {
      this.#child.stdout?.on("data", (chunk) => {
        this.log += String(chunk);
        const line = /^\{"port".*\}$/m.exec(this.log);
        if (line !== null) resolve(JSON.parse(line[0]));
      });
      this.#child.stderr?.on("data", (chunk) => {
        this.log += String(chunk);
      });
      this.#child.once("error", reject);
      this.#child.once("exit", (code) =>
        reject(new Error(`${built.paths[0]} ended with ${code}: ${this.log}`)),
      );
    });
    this.#port = started.then(({ port }) => port);
    this.loadMs = started.then(({ loadMs }) => loadMs);
  }

  async call({ method, url, headers, body }: Call): Promise<Answer> {
    const port = await this.#port;
    return new Promise((resolve, reject) => {
      const asked = httpRequest({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
        buffer(answer).then(
          (bytes) => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: bytes }),
          reject,
        );
      });
      asked.once("error", reject);
      asked.end(body);
    });
  }

  /** What its process has computed so far, in milliseconds, as Linux counts it: in hundredths of a second. */
  cpuMs(): number {
    const [, counts = ""] = fs.readFileSync(`/proc/${this.#child.pid}/stat`, "utf8").split(") ");
    const [user = 0, system = 0] = counts.split(" ").slice(11, 13).map(Number);
    return (user + system) * 10;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }
}

/** What is there without anybody's settings. */
const system = {
  NODE_ENV: "production",
  PATH: "/usr/local/bin:/usr/bin:/bin",
  TZ: ":UTC",
  VERCEL: "1",
  AWS_LAMBDA_FUNCTION_NAME: "pail",
} as const;

/** Copies what is deployed of it to a folder of its own, in which nobody may write. */
function unpack(built: BuiltFunction, parent: string): string {
  const folder = fs.mkdtempSync(path.join(parent, "function-"));
  for (const [name, file] of Object.entries(built.files)) {
    const to = path.join(folder, name);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    // Next links packages that are there in two places.
    if (fs.lstatSync(file).isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(file), to);
    else fs.copyFileSync(file, to);
  }
  makeReadOnly(folder);
  return folder;
}

function makeReadOnly(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) makeReadOnly(place);
    else if (entry.isFile()) fs.chmodSync(place, 0o555);
  }
  fs.chmodSync(folder, 0o555);
}
