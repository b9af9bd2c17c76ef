import fs from "node:fs";
import path from "node:path";
import BetterSqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { inUse, newFolder, occupiedPort, run } from "./testing/command-line";

describe.concurrent("an unknown command", () => {
  test("is answered with all there are, and exit code 2", async () => {
    const { code, out, err } = await run(["paint"]);
    expect([code, out]).toEqual([2, ""]);
    for (const name of [
      "start",
      "migrate",
      "create-admin",
      "setup-link",
      "build",
      "bucket serve",
      "bucket check",
      "bucket setup",
      "uploads sweep",
    ])
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

describe.concurrent("setup-link", () => {
  test("prints the link until there is an account", async () => {
    const folder = newFolder();
    const variables = { DATA_DIR: folder, APP_ORIGIN: "https://photos.example.org" };
    const first = await run(["setup-link", "--json"], variables);
    expect([first.code, first.err]).toEqual([0, ""]);
    expect(JSON.parse(first.out).setupUrl).toMatch(
      /^https:\/\/photos\.example\.org\/setup\?token=[\w-]{43}$/,
    );
    await run(["create-admin", "--email", "ada@example.org"], variables, "a long password\n");
    const after = await run(["setup-link"], variables);
    expect(after).toEqual({
      code: 0,
      out: "There is an account already: sign in at https://photos.example.org/sign-in\n",
      err: "",
    });
  });
});

describe.concurrent("build", () => {
  test("on a serverless host stops at once, with a sentence for each thing that is missing, and makes nothing", async () => {
    const folder = newFolder();
    const { code, out, err } = await run(["build"], { VERCEL: "1", DATA_DIR: folder });
    expect([code, out]).toEqual([1, ""]);
    const named = err
      .trimEnd()
      .split("\n")
      .map((line) => /^Set (\w+)\b.*\.$/.exec(line)?.[1]);
    expect(named).toEqual(["DATABASE_URL", "S3_BUCKET", "AUTH_SECRET", "APP_ORIGIN"]);
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
