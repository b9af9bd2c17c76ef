import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { freePorts } from "./free-ports";
import { findObstacle, getProgram, type Program, versionOf } from "./programs";
import type { RunningStore, Surroundings, TestStore } from "./test-store";

/** Building it takes an hour. */
const program: Program = { name: "rustfs", source: null };

export const rustfs: TestStore = {
  quirks: "rustfs",
  findObstacle: () => findObstacle(program),
  start: startRustfs,
};

async function startRustfs({ folder, processes }: Surroundings): Promise<RunningStore> {
  const file = await getProgram(program, processes);
  const [port] = await freePorts(1);
  const data = path.join(folder, "data");
  await mkdir(data);
  const credentials = { accessKeyId: "pail", secretAccessKey: randomBytes(16).toString("hex") };
  processes.start(file, ["server", data], {
    RUSTFS_ADDRESS: `127.0.0.1:${port}`,
    RUSTFS_ACCESS_KEY: credentials.accessKeyId,
    RUSTFS_SECRET_KEY: credentials.secretAccessKey,
    RUSTFS_CONSOLE_ENABLE: "false",
  });
  const version = await versionOf(file, program, processes);
  return { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", credentials, version };
}
