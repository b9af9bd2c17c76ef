import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { createServer, type Server } from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
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

  test.each([
    ["bucket", "serve"],
    ["bucket", "setup"],
    ["uploads", "sweep"],
  ])("after %s %s names it", async (...name) => {
    const { code, out } = await run([...name, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`npm run manage -- ${name.join(" ")} `);
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

const account = { AWS_ACCESS_KEY_ID: "an-access-key", AWS_SECRET_ACCESS_KEY: "a-secret-key" };

/** The first line of standard output of a command that goes on. */
async function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error(`It ended without a line: ${await text(child.stderr)}`);
}

describe.concurrent("bucket serve", () => {
  test("says its address, answers nobody who has not signed, and ends when it is told to", async () => {
    const child = launch(["bucket", "serve", "--port", "0"], { S3_PORT: String(occupiedPort) });
    const address = /^The local bucket is at (http:\/\/127\.0\.0\.1:\d+)$/.exec(await firstLine(child))?.[1];
    expect((await fetch(`${address}/pail/media/a.jpg`)).status).toBe(403);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  test("says in one sentence that its port is in use", async () => {
    const { code, out, err } = await run(["bucket", "serve"], { S3_PORT: String(occupiedPort) });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(inUse());
  });
});

describe.concurrent("bucket serve --data", () => {
  test("serves those who sign with AWS's variables, logs every request without its query, ends on SIGINT", async () => {
    const [home, data] = [newFolder(), newFolder()];
    const child = launch(["bucket", "serve", "--data", data, "--port", "0", "--json"], {
      ...account,
      AWS_REGION: "eu-north-1",
      DATA_DIR: home,
      // Of no concern to it.
      APP_ORIGIN: "nonsense",
      S3_BUCKET: "elsewhere",
    });
    const logged = text(child.stderr);
    const { url, port } = JSON.parse(await firstLine(child));
    expect(url).toBe(`http://127.0.0.1:${port}`);
    const client = new S3Client({
      endpoint: url,
      region: "eu-north-1",
      forcePathStyle: true,
      credentials: { accessKeyId: account.AWS_ACCESS_KEY_ID, secretAccessKey: account.AWS_SECRET_ACCESS_KEY },
    });
    await client.send(new CreateBucketCommand({ Bucket: "anyone" }));
    const object = { Bucket: "anyone", Key: "a/b.txt" };
    await client.send(new PutObjectCommand({ ...object, Body: "words" }));
    const signed = await getSignedUrl(client, new GetObjectCommand(object));
    expect(await (await fetch(signed)).text()).toBe("words");
    client.destroy();
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    const lines = (await logged).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 30, operation: "CreateBucket", status: 200 },
      { level: 30, operation: "PutObject", key: "a/b.txt", status: 200 },
      { level: 30, operation: "GetObject", key: "a/b.txt", status: 200 },
    ]);
    expect(lines.join("\n")).not.toMatch(/X-Amz|Signature|a-secret-key|"level":"/);
    expect(fs.readdirSync(data)).toContain("index.sqlite");
    expect(fs.readdirSync(home)).toEqual([]);
  });

  test("says in one sentence which variables are missing", async () => {
    const args = ["bucket", "serve", "--data", newFolder(), "--port", "0"];
    const { code, out, err } = await run(args, { ...account, AWS_SECRET_ACCESS_KEY: "" });
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY .*\.\n$/);
  });

  test.each<[string, string[], RegExp]>([
    ["a port that is none", ["--port", "65536"], /^--port must be a number from 0 to 65535\.\n$/],
    ["an empty folder name", ["--data", ""], /^--data must not be empty\.\n$/],
    ["an option that it does not have", ["--prot", "1"], /^Unknown option '--prot'.*\n$/],
  ])("refuses %s", async (_, args, sentence) => {
    const { code, out, err } = await run(["bucket", "serve", ...args], account);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(sentence);
  });

  test("says in one sentence that its port is in use", async () => {
    const args = ["bucket", "serve", "--data", newFolder(), "--port", String(occupiedPort)];
    const { code, out, err } = await run(args, account);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(new RegExp(`^Port ${occupiedPort} is in use\\. .*--port ${occupiedPort + 1}\\n$`));
  });

  test("says in one sentence that its folder cannot be written", async () => {
    const file = path.join(newFolder(), "file");
    fs.writeFileSync(file, "");
    const args = ["bucket", "serve", "--data", path.join(file, "data"), "--port", "0"];
    const { code, out, err } = await run(args, account);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^The local bucket cannot write .*file\/data \(ENOTDIR\)\. .*--data .*\n$/);
  });

  test("says in one sentence that its folder is in use", async () => {
    const args = ["bucket", "serve", "--data", newFolder(), "--port", "0"];
    const first = launch(args, account);
    await firstLine(first);
    const { code, out, err } = await run(args, account);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^Another local bucket is using .*\. Stop it first, .*--data .*\n$/);
    first.kill("SIGTERM");
    expect(await once(first, "exit")).toEqual([0, null]);
  });
});
