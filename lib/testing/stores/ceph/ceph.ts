import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { freePorts } from "../free-ports";
import type { Credentials, RunningStore, Surroundings, TestStore } from "../test-store";
import { cephConf } from "./ceph-conf";
import { findCephObstacle, installCeph } from "./install-ceph";

const region = "eu-central-1";
/** Of any other name the gateway believes that it is a bucket's. The second one stands for a machine in a home network. */
const hostnames = ["localhost", "pail.test"];
const createdUser = z.object({
  keys: z.tuple([z.object({ access_key: z.string(), secret_key: z.string() })]),
});

/** Monitor, OSD and gateway, which keep the objects in memory. They are Debian's. */
export const ceph: TestStore = {
  quirks: "ceph",
  findObstacle: findCephObstacle,
  start: startCluster,
};

async function startCluster({ folder, processes }: Surroundings): Promise<RunningStore> {
  await installCeph();
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
  const version = (await processes.run("radosgw", ["--version"])).split(" ").slice(0, 3).join(" ");
  return { endpoint, region, credentials, stranger, version };
}
