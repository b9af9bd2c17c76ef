import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { createServer, type Server } from "node:net";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import BetterSqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const projectDir = fileURLToPath(new URL("..", import.meta.url));
const parent = fs.mkdtempSync(path.join(os.tmpdir(), "pail-cli-"));
const newFolder = () => fs.mkdtempSync(path.join(parent, "home-"));

const running = new Set<ChildProcessWithoutNullStreams>();
let occupied: Server;
let occupiedPort: number;

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

const flags = ["--conditions=react-server", "--import", "tsx"];

type Variables = Record<string, string>;

/** Starts the command line as `npm run manage` does, in an environment of its own and a folder of its own. */
function launch(args: string[], variables: Variables = {}): ChildProcessWithoutNullStreams {
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
async function run(args: string[], variables: Variables = {}, input = "") {
  const child = launch(args, variables);
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, out, err };
}

const inUse = () => new RegExp(`^Port ${occupiedPort} is in use\\. .*PORT=${occupiedPort + 1}\\n$`);

describe.concurrent("an unknown command", () => {
  test("is answered with all there are, and exit code 2", async () => {
    const { code, out, err } = await run(["paint"]);
    expect([code, out]).toEqual([2, ""]);
    for (const name of ["start", "migrate", "create-admin", "bucket serve", "bucket setup", "uploads sweep"])
      expect(err).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
  });
});

describe.concurrent("--help", () => {
  test("alone shows the commands", async () => {
    const { code, out, err } = await run(["--help"]);
    expect(code).toBe(0);
    expect(out + err).toContain("create-admin");
  });

  test("after a command says what it takes, and does nothing", async () => {
    const folder = newFolder();
    const { code, out, err } = await run(["create-admin", "--help"], { DATA_DIR: folder });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("npm run manage -- create-admin --email a@b.c");
    expect(out).toContain("--json");
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

describe.concurrent("create-admin", () => {
  const args = ["create-admin", "--email", "Ada@example.org"];

  test("makes an account with the password on standard input; again, it changes it", async () => {
    const folder = newFolder();
    const first = await run(args, { DATA_DIR: folder }, "a long password\n");
    expect(first).toEqual({ code: 0, out: "ada@example.org is an admin now.\n", err: "" });
    const passwordBefore = passwordIn(folder);
    const again = await run([...args, "--json", "--name", "Ada"], { DATA_DIR: folder }, "another password");
    expect([again.code, again.err]).toEqual([0, ""]);
    expect(JSON.parse(again.out)).toEqual({ email: "ada@example.org", outcome: "updated" });
    expect(passwordIn(folder)).toMatch(/^\$argon2id\$/);
    expect(passwordIn(folder)).not.toBe(passwordBefore);
  });

  test.each<[string, string[], string, number, string]>([
    ["a password that is too short", args, "short\n", 1, "Choose a password of at least 8 characters.\n"],
    ["no address", ["create-admin"], "", 2, "Say whose account: --email you@example.org\n"],
  ])("refuses %s in one line", async (_, given, input, code, err) => {
    const folder = newFolder();
    expect(await run(given, { DATA_DIR: folder }, input)).toEqual({ code, out: "", err });
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  function passwordIn(folder: string): unknown {
    const sqlite = new BetterSqlite(path.join(folder, "pail.sqlite"), { readonly: true });
    const passwords = sqlite.prepare("select password from accounts").pluck().all();
    sqlite.close();
    expect(passwords).toHaveLength(1);
    return passwords[0];
  }
});

describe.concurrent("start says in one sentence, with exit code 1,", () => {
  test("that its port is in use", async () => {
    const { code, out, err } = await run(["start"], { PORT: String(occupiedPort) });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(inUse());
  });

  test("that the local bucket's port is in use", async () => {
    const { code, out, err } = await run(["start"], { S3_PORT: String(occupiedPort) });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(inUse());
    expect(err).toContain("S3_PORT=");
  });

  test("that its folder cannot be written", async () => {
    const file = path.join(newFolder(), "file");
    fs.writeFileSync(file, "");
    const { code, out, err } = await run(["start"], { DATA_DIR: path.join(file, "data") });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^Pail cannot write .*file\/data \(ENOTDIR\)\. .*DATA_DIR=.*\n$/);
  });

  test("that a variable is wrong", async () => {
    const { code, out, err } = await run(["start"], { APP_ORIGIN: "https://example.org/pail" });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^Please correct the environment: APP_ORIGIN .*\.\n$/);
  });
});

describe.concurrent("bucket serve", () => {
  test("says its port, answers nobody who has not signed, and ends when it is told to", async () => {
    const child = launch(["bucket", "serve"]);
    const [line] = await once(child.stdout, "data");
    const port = /^The local bucket listens on port (\d+)\.\n$/.exec(String(line))?.[1];
    expect((await fetch(`http://127.0.0.1:${port}/pail/media/a.jpg`)).status).toBe(403);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  test("says in one sentence that its port is in use", async () => {
    const { code, out, err } = await run(["bucket", "serve"], { S3_PORT: String(occupiedPort) });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(inUse());
  });
});
