import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Processes } from "./processes";

const hasSetpriv = spawnSync("setpriv", ["--pdeathsig", "KILL", "true"]).status === 0;
const script = (source: string) => ["sh", ["-c", source]] as const;

describe.runIf(hasSetpriv)("processes", () => {
  let processes: Processes;
  const make = (signal?: AbortSignal) => {
    processes = new Processes(os.tmpdir(), signal);
    return processes;
  };
  afterEach(() => processes.stop());

  test("a command's output is returned", async () => {
    expect(await make().run(...script("echo one; echo two >&2; echo three"))).toBe("one\nthree\n");
  });

  test("a command that fails does so with the last line that it wrote to stderr, or its exit code", async () => {
    await expect(make().run(...script("echo first >&2; echo no room >&2; exit 3"))).rejects.toMatchObject({
      code: "test_store_failed",
      message: "sh failed: no room",
    });
    await expect(make().run(...script("exit 3"))).rejects.toThrow("sh failed: exit code 3.");
    await expect(make().run("no-such-program", [])).rejects.toThrow("no-such-program");
  });

  test("a daemon that ends by itself ends the command that may be waiting for it", async () => {
    make().start(...script("echo no such port >&2"));
    await expect(processes.run("sleep", ["1000"])).rejects.toThrow("sh ended by itself: no such port");
  });

  test("an abort ends the command with the signal's reason, and no other is started", async () => {
    const interruption = new AbortController();
    const command = make(interruption.signal).run("sleep", ["1000"]);
    interruption.abort(new Error("enough"));
    await expect(command).rejects.toThrow("enough");
    await expect(processes.run("true", [])).rejects.toThrow("enough");
  });

  test("stop ends a daemon that takes no notice of SIGTERM", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "store-processes-"));
    const file = path.join(folder, "pid");
    make().start(
      ...script(`trap '' TERM; echo $$ > ${file}.new; mv ${file}.new ${file}; while :; do sleep 1; done`),
    );
    const pid = Number(await vi.waitFor(() => readFile(file, "utf8"), { timeout: 60_000 }));
    expect(process.kill(pid, 0)).toBe(true);
    await processes.stop();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    await rm(folder, { recursive: true });
  });
});
