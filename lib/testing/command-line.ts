import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { createServer, type Server } from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { startLocalBucket } from "@/lib/local-bucket/server";

const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const parent = fs.mkdtempSync(path.join(os.tmpdir(), "pail-cli-"));
const running = new Set<ChildProcessWithoutNullStreams>();
let occupied: Server;

/** A port of this machine that something listens on. */
export let occupiedPort: number;

beforeAll(async () => {
  occupied = createServer();
  occupied.listen(0, "127.0.0.1");
  await once(occupied, "listening");
  const address = occupied.address();
  occupiedPort = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
  occupied.close();
  fs.rmSync(parent, { recursive: true, force: true });
});

/** An empty folder that goes with the test. */
export const newFolder = () => fs.mkdtempSync(path.join(parent, "home-"));

/** What a command says where the port that it should take is occupiedPort. */
export const inUse = () => new RegExp(`^Port ${occupiedPort} is in use\\. .*PORT=${occupiedPort + 1}\\n$`);

type Variables = Record<string, string>;

/** Starts the command line as `npm run manage` does, in an environment of its own and a folder of its own. */
export function launch(args: string[], variables: Variables = {}): ChildProcessWithoutNullStreams {
  const flags = ["--conditions=react-server", "--import", "tsx"];
  const own = { DATA_DIR: newFolder(), PORT: "0", S3_PORT: "0", NODE_ENV: "production" as const };
  const child = spawn(process.execPath, [...flags, "lib/cli.ts", ...args], {
    cwd: projectDir,
    env: { PATH: process.env.PATH, HOME: parent, ...own, ...variables },
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Runs it to its end. */
export async function run(args: string[], variables: Variables = {}, input = "") {
  const child = launch(args, variables);
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, out, err };
}

/** The first line of standard output of a command that goes on. */
export async function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error(`It ended without a line: ${await text(child.stderr)}`);
}

/** A store with no bucket in it, for the tests of a file, and the variables that lead a command to a bucket there. */
export function provideStore(): (bucket: string) => Variables {
  const region = "eu-north-1";
  const credentials = { accessKeyId: "an-access-key", secretAccessKey: "a-secret-key" };
  let endpoint = "";
  beforeAll(async () => {
    const store = await startLocalBucket({ dataDir: newFolder(), region, credentials });
    endpoint = store.url;
    return () => store.close();
  });
  return (bucket) => ({
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    S3_BUCKET: bucket,
    S3_ENDPOINT: endpoint,
    S3_REGION: region,
  });
}
