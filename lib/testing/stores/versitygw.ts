import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { freePorts } from "./free-ports";
import { findObstacle, getProgram, type Program, versionOf } from "./programs";
import type { RunningStore, Surroundings, TestStore } from "./test-store";

const module = "github.com/versity/versitygw";
const program: Program = {
  name: "versitygw",
  source: { tool: "go", module, package: `${module}/cmd/versitygw` },
};

/** Over a folder, whose file system has to know extended attributes. */
export const versitygw: TestStore = {
  quirks: "versitygw",
  findObstacle: () => findObstacle(program),
  start: startVersitygw,
};

async function startVersitygw({ folder, processes }: Surroundings): Promise<RunningStore> {
  const file = await getProgram(program, processes);
  const [port] = await freePorts(1);
  const [data, accounts] = [path.join(folder, "data"), path.join(folder, "accounts")];
  await mkdir(data);
  await mkdir(accounts);
  const credentials = { accessKeyId: "pail", secretAccessKey: randomBytes(16).toString("hex") };
  processes.start(file, ["--port", `127.0.0.1:${port}`, "--iam-dir", accounts, "posix", data], {
    ROOT_ACCESS_KEY: credentials.accessKeyId,
    ROOT_SECRET_KEY: credentials.secretAccessKey,
  });
  const version = await versionOf(file, program, processes);
  return { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", credentials, version };
}
