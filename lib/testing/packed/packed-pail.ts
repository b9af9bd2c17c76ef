import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { freePorts } from "@/lib/testing/stores/free-ports";
import { ServerProcess } from "./server-process";

const projectDir = path.resolve(import.meta.dirname, "..", "..", "..");
/** Owns nothing. */
const nobody = 65_534;
const asRoot = process.getuid?.() === 0;

/** Runs `standalone`. PAIL_PACKED names a folder that it has made, to be taken instead. */
export function packPail(folder: string): void {
  const made = process.env.PAIL_PACKED;
  if (made !== undefined) copyFolder(made, folder);
  else manage("standalone", "--to", folder);
}

/** A command among the sources; throws what it said where it fails. */
export function manage(...args: string[]): string {
  const own = ["--conditions=react-server", "--import", "tsx", "lib/cli.ts"];
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  return execFileSync(process.execPath, [...own, ...args], { cwd: projectDir, encoding: "utf8", stdio });
}

const copyFolder = (from: string, to: string) =>
  fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true });

/**
 * A packed Pail on a machine that has nothing but Node: a copy that nobody may change, run by somebody who owns nothing but the folder
 * of its data, with no variables but those that are given.
 */
export class PackedPail {
  readonly folder: string;
  readonly data: string;
  readonly #node: string;
  port = 0;
  bucketPort = 0;

  constructor(packed: string) {
    const parent = fs.mkdtempSync(path.join(os.tmpdir(), "pail-packed-"));
    fs.chmodSync(parent, 0o755);
    this.folder = path.join(parent, "pail");
    this.data = path.join(parent, "data");
    this.#node = path.join(parent, "node");
    copyFolder(packed, this.folder);
    execFileSync("chmod", ["-R", "a-w,a+rX", this.folder]);
    // Whoever runs it may not read where this Node is.
    fs.copyFileSync(process.execPath, this.#node);
    fs.mkdirSync(this.data, { mode: 0o700 });
    if (asRoot) fs.chownSync(this.data, nobody, nobody);
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  /** `node server.js …`, in an environment that has these variables and no other. */
  run(args: string[] = [], variables: Record<string, string> = {}): ServerProcess {
    const command = [this.#node, path.join(this.folder, "server.js"), ...args];
    const ids = [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
    const [program = "", ...rest] = asRoot ? ["/usr/bin/setpriv", ...ids, ...command] : command;
    const ports = { PORT: String(this.port), S3_PORT: String(this.bucketPort) };
    return new ServerProcess(program, rest, { ...ports, DATA_DIR: this.data, ...variables });
  }

  /** Runs it until it says where it is. */
  async start(variables: Record<string, string> = {}): Promise<ServerProcess> {
    if (this.port === 0) [this.port = 0, this.bucketPort = 0] = await freePorts(2);
    const server = this.run([], variables);
    await server.said(/^Pail is at \S+$/m);
    return server;
  }

  remove(): void {
    const parent = path.dirname(this.folder);
    execFileSync("chmod", ["-R", "u+w", parent]);
    fs.rmSync(parent, { recursive: true, force: true });
  }
}
