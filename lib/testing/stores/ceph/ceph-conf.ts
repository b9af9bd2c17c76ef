interface Cluster {
  /** Where everything of it is kept, with a folder each for mon, osd and rgw. */
  folder: string;
  fsid: string;
  monitorPort: number;
  gatewayPort: number;
}

/**
 * The configuration of a cluster of one monitor, one OSD and one gateway that lives as long as a test. The OSD finds
 * its own ports. Nothing is authenticated but S3 requests, and nothing is written outside the folder.
 */
export function cephConf({ folder, fsid, monitorPort, gatewayPort }: Cluster): string {
  const settings = {
    fsid,
    "mon host": `[v2:127.0.0.1:${monitorPort}]`,
    "public network": "127.0.0.0/8",
    "ms bind msgr1": "false",
    "auth cluster required": "none",
    "auth service required": "none",
    "auth client required": "none",
    // The gateway's default is secure alone, which needs authentication.
    "ms mon client mode": "crc secure",
    "admin socket": "",
    "crash dir": folder,
    // Errors still go to stderr.
    "log file": "",
    "mon cluster log file": "",

    "mon data": `${folder}/mon`,
    // A monitor ends itself where less than 5 % of the disk is free.
    "mon data avail crit": "0",
    "mon allow pool size one": "true",
    // Each of the gateway's pools waits for a few proposals, by default a second each.
    "paxos propose interval": "0.05",

    "osd data": `${folder}/osd`,
    "osd objectstore": "memstore",
    "memstore device bytes": String(2 ** 31),
    "osd pool default size": "1",
    "osd pool default pg num": "4",
    "osd pool default pg autoscale mode": "off",

    "rgw data": `${folder}/rgw`,
    "rgw frontends": `beast endpoint=127.0.0.1:${gatewayPort}`,
    "rgw dns name": "localhost",
    "rgw thread pool size": "64",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return `[global]\n${lines.join("\n")}\n`;
}
