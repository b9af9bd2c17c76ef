import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "@/lib/errors";
import { freePorts } from "./free-ports";
import { findObstacle, getProgram, type Program, versionOf } from "./programs";
import type { RunningStore, Surroundings, TestStore } from "./test-store";
import { untilSomethingAnswers } from "./until-it-answers";

const program: Program = {
  name: "garage",
  source: { tool: "cargo", crate: "garage@2.5.0", features: "bundled-libs,sqlite,lmdb" },
};
const region = "garage";

/** One node. */
export const garage: TestStore = {
  quirks: "garage",
  findObstacle: () => findObstacle(program),
  start: startGarage,
};

async function startGarage({ folder, processes }: Surroundings): Promise<RunningStore> {
  const file = await getProgram(program, processes);
  const [port = 0, rpcPort = 0] = await freePorts(2);
  const config = path.join(folder, "garage.toml");
  await writeFile(config, configuration(folder, port, rpcPort));
  const run = (...args: string[]) => processes.run(file, ["-c", config, ...args]);
  processes.start(file, ["-c", config, "server"]);
  const endpoint = `http://127.0.0.1:${port}`;
  await untilSomethingAnswers(endpoint, processes.signal);

  const [node = ""] = (await run("node", "id", "-q")).trim().split("@");
  await run("layout", "assign", "-z", "here", "-c", "1G", node);
  await run("layout", "apply", "--version", "1");
  const key = await run("key", "create", "pail");
  const credentials = { accessKeyId: read(key, "Key ID"), secretAccessKey: read(key, "Secret key") };
  await run("key", "allow", "--create-bucket", credentials.accessKeyId);
  return { endpoint, region, credentials, version: await versionOf(file, program, processes) };
}

function read(answer: string, field: string): string {
  const value = new RegExp(`${field}:\\s*(\\S+)`).exec(answer)?.[1];
  if (value === undefined) throw new AppError("test_store_failed", `Garage told no ${field} of its new key.`);
  return value;
}

const configuration = (folder: string, port: number, rpcPort: number): string => `
metadata_dir = "${folder}/meta"
data_dir = "${folder}/data"
db_engine = "sqlite"
replication_factor = 1
rpc_bind_addr = "127.0.0.1:${rpcPort}"
rpc_public_addr = "127.0.0.1:${rpcPort}"
rpc_secret = "${randomBytes(32).toString("hex")}"

[s3_api]
s3_region = "${region}"
api_bind_addr = "127.0.0.1:${port}"
`;
