import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { answering, install, programOf, recipeOf } from "./proxy";

/**
 * A real nginx without TLS in front of several instances, which get requests in turns. Like one that asks for their health it is told
 * of an instance once that has started; that one has ended it learns by being refused.
 */
export class Balancer {
  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  /** @param ports of the instances */
  static async start(ports: number[]): Promise<Balancer> {
    install("nginx");
    const folder = await mkdtemp(path.join(os.tmpdir(), "pail-balancer-"));
    const port = await freePort();
    await writeFile(fileIn(folder), await configOf(folder, port, ports));
    const program = programOf("nginx") ?? "nginx";
    const child = spawn(program, ["-p", folder, "-c", fileIn(folder)], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    await answering(port);
    return new Balancer(folder, port, child);
  }

  /** New requests go to these; those that are under way stay where they are. */
  async leadTo(ports: number[]): Promise<void> {
    await writeFile(fileIn(this.folder), await configOf(this.folder, this.port, ports));
    this.child.kill("SIGHUP");
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    if (this.child.exitCode === null && this.child.kill("SIGTERM")) await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

const fileIn = (folder: string): string => path.join(folder, "nginx.conf");

/** What README.md has for a proxy, but for its servers. */
async function configOf(folder: string, port: number, ports: number[]): Promise<string> {
  const [settings = ""] = (await recipeOf("nginx")).split(/^server \{/m);
  const bodies = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return [
    ...(process.getuid?.() === 0 ? ["user root;"] : []),
    `pid ${folder}/pid; error_log stderr crit; daemon off; worker_processes 1;`,
    "events {}",
    "http {",
    "access_log off;",
    ...bodies.map((name) => `${name}_temp_path ${folder}/${name};`),
    settings,
    `upstream instances { ${ports.map((one) => `server 127.0.0.1:${one} max_fails=0;`).join(" ")} }`,
    `server { listen 127.0.0.1:${port}; location / { proxy_pass http://instances; } }`,
    "}",
  ].join("\n");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
