import { createRequire } from "node:module";
import { join } from "node:path";
import { startLocalBucket } from "./server";

/** The server that bench.ts measures, in a process of its own: `local-bucket` or `s3rver`, then a folder. */
const [kind, dataDir = "", bucket = "", accessKeyId = "", secretAccessKey = ""] = process.argv.slice(2);

void (kind === "s3rver" ? startS3rver() : startOurs()).then((url) => process.send?.({ url }));

let peakRss = 0;
setInterval(() => {
  peakRss = Math.max(peakRss, process.memoryUsage.rss());
}, 20);

process.on("message", (question) => {
  if (question !== "usage") return;
  const { user, system } = process.cpuUsage();
  process.send?.({ rss: process.memoryUsage.rss(), peakRss, cpuSeconds: (user + system) / 1e6 });
  peakRss = 0;
});

async function startOurs(): Promise<string> {
  const credentials = { accessKeyId, secretAccessKey };
  return (await startLocalBucket({ dataDir, region: "us-east-1", credentials })).url;
}

interface S3rver {
  run(): Promise<{ port: number }>;
}

async function startS3rver(): Promise<string> {
  const require = createRequire(join(process.env.S3RVER_DIR ?? "", "package.json"));
  const Server: new (options: object) => S3rver = require("s3rver");
  const { port } = await new Server({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory: dataDir,
    configureBuckets: [{ name: bucket }],
  }).run();
  return `http://127.0.0.1:${port}`;
}
