import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { freePorts } from "./free-ports";
import { findObstacle, getProgram, type Program, versionOf } from "./programs";
import type { RunningStore, Surroundings, TestStore } from "./test-store";

/** Go cannot install it: its module replaces others. */
const program: Program = { name: "weed", source: null, versionArgs: ["version"] };
const servers = ["master", "volume", "filer", "s3"] as const;

export const seaweedfs: TestStore = {
  quirks: "seaweedfs",
  findObstacle: () => findObstacle(program),
  start: startSeaweedfs,
};

async function startSeaweedfs({ folder, processes }: Surroundings): Promise<RunningStore> {
  const file = await getProgram(program, processes);
  // By default its ports for gRPC are 10,000 above the others, where there may be none.
  const ports = await freePorts(2 * servers.length);
  const flags = servers.flatMap((name, index) => [
    `-${name}.port=${ports[2 * index]}`,
    `-${name}.port.grpc=${ports[2 * index + 1]}`,
  ]);
  const credentials = { accessKeyId: "pail", secretAccessKey: randomBytes(16).toString("hex") };
  const [data, users] = [path.join(folder, "data"), path.join(folder, "users.json")];
  await mkdir(data);
  await writeFile(users, JSON.stringify({ identities: [{ name: "pail", ...accessOf(credentials) }] }));
  const here = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", `-dir=${data}`];
  processes.start(file, ["server", ...here, ...flags, "-volume.max=100", "-s3", `-s3.config=${users}`]);
  const version = await versionOf(file, program, processes);
  return { endpoint: `http://127.0.0.1:${ports.at(-2)}`, region: "us-east-1", credentials, version };
}

const accessOf = ({ accessKeyId, secretAccessKey }: RunningStore["credentials"]) => ({
  credentials: [{ accessKey: accessKeyId, secretKey: secretAccessKey }],
  actions: ["Admin", "Read", "Write", "List", "Tagging"],
});
