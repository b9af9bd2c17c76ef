import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import os from "node:os";
import path from "node:path";
import { makeCertificate } from "@/lib/testing/self-signed";

const readme = path.resolve(import.meta.dirname, "..", "..", "README.md");
const packages = { nginx: "nginx-light", caddy: "caddy" };

export type ProxyKind = keyof typeof packages;

/** A real nginx or Caddy over https, with a certificate that it signed itself, by the configuration that README.md has. */
export class TlsProxy {
  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  /** @param ports of the proxy and, behind it, of Pail: the pages' and the bucket's */
  static async start(kind: ProxyKind, ports: ProxyPorts): Promise<TlsProxy> {
    install(kind);
    const folder = await mkdtemp(path.join(os.tmpdir(), "pail-proxy-"));
    const { certFile: certificate, keyFile: key } = makeCertificate(folder);
    const recipe = withPorts(await recipeOf(kind), ports);
    const file = path.join(folder, kind);
    const config =
      kind === "nginx"
        ? nginxConfig(folder, certificate, key, recipe)
        : caddyConfig(certificate, key, recipe);
    await writeFile(file, config);
    const args =
      kind === "nginx" ? ["-p", folder, "-c", file] : ["run", "--adapter", "caddyfile", "--config", file];
    const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const child = spawn(programOf(kind) ?? kind, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr?.on("data", (chunk) => {
      said += String(chunk);
    });
    const ended = new Promise<never>((_, reject) =>
      child.once("exit", (code) => reject(new Error(`${kind} ended with code ${code}:\n${said}`))),
    );
    await Promise.race([Promise.all([answering(ports.app), answering(ports.bucket)]), ended]);
    ended.catch(() => undefined);
    return new TlsProxy(folder, child);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    if (this.child.exitCode === null && this.child.kill("SIGTERM")) await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

export interface ProxyPorts {
  app: number;
  bucket: number;
  behindApp: number;
  behindBucket: number;
}

/** What stands in README.md, between its fences. */
export async function recipeOf(kind: ProxyKind): Promise<string> {
  const fence = kind === "nginx" ? "nginx" : "caddyfile";
  const [, recipe] = new RegExp(`\`\`\`${fence}\n([^]*?)\`\`\``).exec(await readFile(readme, "utf8")) ?? [];
  if (recipe === undefined) throw new Error(`README.md has no configuration for ${kind}`);
  return recipe;
}

/** Everything of the recipe stays as it is but the name and the ports. */
function withPorts(recipe: string, { app, bucket, behindApp, behindBucket }: ProxyPorts): string {
  return recipe
    .replaceAll("photos.example.org:9443", `localhost:${bucket}`)
    .replaceAll(/photos\.example\.org(?= \{)/g, `localhost:${app}`)
    .replaceAll("photos.example.org", "localhost")
    .replace("listen 443", `listen 127.0.0.1:${app}`)
    .replace("listen 9443", `listen 127.0.0.1:${bucket}`)
    .replace(":3000", `:${behindApp}`)
    .replace(":9000", `:${behindBucket}`);
}

function nginxConfig(folder: string, certificate: string, key: string, recipe: string): string {
  const bodies = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return [
    ...(process.getuid?.() === 0 ? ["user root;"] : []),
    `pid ${folder}/pid; error_log stderr; daemon off; worker_processes 1;`,
    "events {}",
    "http {",
    "access_log off;",
    ...bodies.map((name) => `${name}_temp_path ${folder}/${name};`),
    `ssl_certificate ${certificate}; ssl_certificate_key ${key};`,
    recipe,
    "}",
  ].join("\n");
}

const caddyConfig = (certificate: string, key: string, recipe: string): string =>
  `{\n\tadmin off\n\tauto_https disable_redirects\n\tdefault_bind 127.0.0.1\n}\n${recipe.replaceAll(
    /^(localhost:\d+ \{)$/gm,
    `$1\n\ttls ${certificate} ${key}`,
  )}`;

/** sbin is not in everybody's PATH. */
export const programOf = (kind: ProxyKind): string | undefined =>
  [kind, `/usr/sbin/${kind}`].find((name) => spawnSync(name, ["-version"]).error === undefined);

export function install(kind: ProxyKind): void {
  if (programOf(kind) !== undefined) return;
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  // A service of it would want port 80.
  const env = { ...process.env, RUNLEVEL: "1", DEBIAN_FRONTEND: "noninteractive" };
  for (const step of [["update"], ["install", "-y", "--no-install-recommends", packages[kind]]]) {
    const [command = "", ...args] = [...asRoot, "apt-get", ...step];
    execFileSync(command, args, { env, stdio: "ignore", timeout: 300_000 });
  }
}

export async function answering(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
