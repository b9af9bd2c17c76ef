import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Processes } from "./processes";
import { findObstacle, findOnPath, getProgram, type Program, versionOf } from "./programs";

const module = "example.org/pailstore";
const built: Program = { name: "pailstore", source: { tool: "go", module, package: `${module}/cmd` } };
const given: Program = { name: "pailstore", source: null };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "programs-"));
  vi.stubEnv("PATH", path.join(folder, "path"));
  vi.stubEnv("STORES_BIN", path.join(folder, "given"));
  vi.stubEnv("XDG_CACHE_HOME", path.join(folder, "cache"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function put(file: string, text = "#!/bin/sh\n", mode = 0o755): Promise<string> {
  const whole = path.join(folder, file);
  await mkdir(path.dirname(whole), { recursive: true });
  await writeFile(whole, text);
  await chmod(whole, mode);
  return whole;
}

test("a program is the first of its name that can be run", async () => {
  expect(await findOnPath("tool")).toBeNull();
  const file = await put("path/tool");
  expect(await findOnPath("tool")).toBe(file);
  await put("earlier/tool", "", 0o644);
  expect(await findOnPath("tool", [path.join(folder, "earlier"), path.dirname(file)])).toBe(file);
});

test("where it cannot be had, a sentence says what to install", async () => {
  expect(await findObstacle(built)).toMatch(
    /^There is no go here to build pailstore with\. Install Go.*STORES_BIN/,
  );
  expect(await findObstacle(given)).toMatch(/^There is no pailstore here\. Put it in PATH, or .*STORES_BIN/);
  await put("path/go");
  expect(await findObstacle(built)).toBeNull();
  expect(await findObstacle(given)).not.toBeNull();
  await put("given/pailstore");
  expect(await findObstacle(given)).toBeNull();
});

const hasSetpriv = spawnSync("setpriv", ["--pdeathsig", "KILL", "true"]).status === 0;

describe.runIf(hasSetpriv)("getting a program", () => {
  let processes: Processes;
  beforeEach(() => {
    vi.stubEnv("PATH", `${path.join(folder, "path")}:/usr/bin:/bin`);
    processes = new Processes(folder);
  });
  afterEach(() => processes.stop());

  /** A Go that writes down what it is asked for, and makes a program of that. */
  const putGo = (after = "") =>
    put(
      "path/go",
      `#!/bin/sh\necho "$@" >> ${folder}/asked\nprintf '#!/bin/sh\\n# mod\\t${module}\\tv1.2.3\\n' > $GOBIN/pailstore\nchmod +x $GOBIN/pailstore\n${after}`,
    );

  test("builds it once, and keeps it outside of the project", async () => {
    await putGo();
    const file = await getProgram(built, processes);
    expect(file).toBe(path.join(folder, "cache", "pail-stores", "pailstore", "pailstore"));
    expect(await getProgram(built, processes)).toBe(file);
    expect(await readFile(path.join(folder, "asked"), "utf8")).toBe(`install ${module}/cmd@latest\n`);
    expect(await readdir(path.dirname(file))).toEqual(["pailstore"]);
    expect(await versionOf(file, built, processes)).toBe("v1.2.3");
  });

  test("takes one that is there as it is", async () => {
    await putGo();
    const file = await put("given/pailstore", "#!/bin/sh\necho pailstore 7\necho more\n");
    expect(await getProgram(built, processes)).toBe(file);
    expect(await versionOf(file, given, processes)).toBe("pailstore 7");
  });

  test("keeps nothing of a build that failed", async () => {
    await putGo("echo no such module >&2; exit 1");
    await expect(getProgram(built, processes)).rejects.toThrow("go failed: no such module");
    expect(await readdir(path.join(folder, "cache", "pail-stores", "pailstore"))).toEqual([]);
  });

  test("says what is missing", async () => {
    await expect(getProgram(given, processes)).rejects.toMatchObject({ code: "test_store_missing" });
  });
});
