import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { bucket, credentials, load, region, type ServerKind } from "./processes";

/** A server that is measured, in a process of its own: its kind, then its folder. */
const [kind, folder = ""] = process.argv.slice(2) as [ServerKind, string];
const starts = { "local-bucket": startOurs, s3rver: startS3rver, files: startFiles };

void starts[kind]().then((url) => process.send?.({ url }));

let peakRss = 0;
setInterval(() => {
  peakRss = Math.max(peakRss, process.memoryUsage.rss());
}, 20);

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  const rss = process.memoryUsage.rss();
  process.send?.({ rss, peakRss: Math.max(peakRss, rss), cpuSeconds: (user + system) / 1e6 });
  peakRss = 0;
});

async function startOurs(): Promise<string> {
  return (await startLocalBucket({ dataDir: folder, region, credentials })).url;
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
    directory: folder,
    configureBuckets: [{ name: bucket }],
  }).run();
  return `http://127.0.0.1:${port}`;
}

/** The least that a server of files can be: no signatures, no index. */
function startFiles(): Promise<string> {
  const server = createServer((request, response) => {
    response.setHeader("Content-Length", load.bytes);
    createReadStream(join(folder, request.url ?? "")).pipe(response);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}
