import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { Processes } from "../processes";
import { cephConf } from "./ceph-conf";
import { installCeph } from "./install-ceph";

/** A Ceph of its own on 127.0.0.1, which keeps its objects in memory. */
export interface Ceph {
  /** `http://127.0.0.1:<port>`; the same port of `<bucket>.localhost` serves virtual-hosted requests. */
  endpoint: string;
  region: string;
  credentials: Credentials;
  /** A second user, who may do only what the first one's bucket policies allow. */
  stranger: Credentials & { arn: string };
  /** Ends its processes and removes its folder. */
  stop(): Promise<void>;
}

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

const region = "eu-central-1";
/** Of any other name the gateway believes that it is a bucket's. The second one stands for a machine in a home network. */
const hostnames = ["localhost", "pail.test"];
/** How long the gateway may take until it answers, in milliseconds: only what hangs takes that long. */
const patience = 120_000;

const createdUser = z.object({
  keys: z.tuple([z.object({ access_key: z.string(), secret_key: z.string() })]),
});

/**
 * Starts monitor, OSD and gateway on free ports, installing Ceph first where it is missing; says on stderr what it does.
 * Throws AppError where that cannot be done, or the signal's reason once it is aborted; then nothing is left.
 */
export async function startCeph(signal?: AbortSignal): Promise<Ceph> {
  await installCeph();
  console.error("Starting Ceph …");
  const folder = await mkdtemp(path.join(os.tmpdir(), "ceph-cluster-"));
  const processes = new Processes(folder, signal);
  const stop = async () => {
    await processes.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const cluster = await startCluster(folder, processes);
    console.error(`Ceph's gateway answers at ${cluster.endpoint}`);
    return { ...cluster, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startCluster(folder: string, processes: Processes): Promise<Omit<Ceph, "stop">> {
  const fsid = randomUUID();
  const [monitorPort = 0, gatewayPort = 0] = await freePorts(2);
  const conf = path.join(folder, "ceph.conf");
  await writeFile(conf, cephConf({ folder, fsid, monitorPort, gatewayPort }));
  for (const name of ["mon", "osd", "rgw"]) await mkdir(path.join(folder, name));
  const run = (program: string, ...args: string[]) => processes.run(program, ["-c", conf, ...args]);
  const start = (program: string, ...args: string[]) => processes.start(program, ["-c", conf, "-f", ...args]);

  const monmap = path.join(folder, "monmap");
  const monitor = `[v2:127.0.0.1:${monitorPort}]`;
  await processes.run("monmaptool", ["--create", "--fsid", fsid, "--addv", "a", monitor, monmap]);
  await run("ceph-mon", "-i", "a", "--mkfs", "--monmap", monmap);
  start("ceph-mon", "-i", "a");

  // Each command waits until the one before it is ready to answer.
  const osd = randomUUID();
  await run("ceph", "--connect-timeout", "120", "osd", "new", osd);
  await run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd);
  start("ceph-osd", "-i", "0");

  const asGateway = ["-n", "client.rgw"];
  const createUser = async (name: string): Promise<Credentials> => {
    const user = ["user", "create", `--uid=${name}`, `--display-name=${name}`];
    const [key] = createdUser.parse(JSON.parse(await run("radosgw-admin", ...asGateway, ...user))).keys;
    return { accessKeyId: key.access_key, secretAccessKey: key.secret_key };
  };
  const credentials = await createUser("test");
  const stranger = { ...(await createUser("stranger")), arn: "arn:aws:iam:::user/stranger" };
  const zonegroup = (...args: string[]) => run("radosgw-admin", ...asGateway, "zonegroup", ...args);
  const changes = { api_name: region, hostnames };
  const file = path.join(folder, "zonegroup.json");
  await writeFile(file, JSON.stringify({ ...JSON.parse(await zonegroup("get")), ...changes }));
  await zonegroup("set", `--infile=${file}`);
  start("radosgw", ...asGateway);

  const endpoint = `http://127.0.0.1:${gatewayPort}`;
  await untilItAnswers(endpoint, processes.signal);
  return { endpoint, region, credentials, stranger };
}

/** Ports of 127.0.0.1 on which nothing listens, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  return await Promise.all(
    servers.map(async (server) => {
      await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));
      const address = server.address();
      await new Promise((resolve) => server.close(resolve));
      return typeof address === "object" && address !== null ? address.port : 0;
    }),
  );
}

async function untilItAnswers(endpoint: string, signal: AbortSignal): Promise<void> {
  const until = Date.now() + patience;
  while (!(await answers(endpoint))) {
    if (Date.now() > until)
      throw new AppError("ceph_failed", `Ceph's gateway does not answer at ${endpoint}.`);
    signal.throwIfAborted();
    await sleep(100);
  }
  signal.throwIfAborted();
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(endpoint, { signal: AbortSignal.timeout(5000) })).ok;
  } catch (error) {
    // What fetch throws while nothing listens there, and what its limit does.
    if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError"))
      return false;
    throw error;
  }
}
