import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { megabyte, print } from "./figures";
import { postFiles } from "./posts";
import { type BenchServer, bucket, type Work, withClient, withFolder, withServer } from "./processes";

const warmUpCount = 30;
const gigabyte = 1024 * megabyte;
const partBytes = 16 * megabyte;
const partsAtOnce = 4;
const connections = 500;

/** Prints how much memory the server takes more for 1 GB in one POST, for 1 GB in parts, and for idle connections. */
export async function benchMemory(): Promise<void> {
  const scenes: [string, (server: BenchServer, work: Work) => Promise<unknown>][] = [
    ["1 GB in one POST", (server, work) => postFiles(server, work, 1, gigabyte)],
    ["1 GB in parts of 16 MiB, four at a time", sendParts],
    [`${connections} idle connections`, openConnections],
  ];
  for (const [what, act] of scenes) await measure(what, act);
}

async function measure(
  what: string,
  act: (server: BenchServer, work: Work) => Promise<unknown>,
): Promise<void> {
  await withClient((work) =>
    withFolder((folder) =>
      withServer("local-bucket", folder, async (server) => {
        await postFiles(server, work, warmUpCount);
        const before = await server.usage();
        const startedAt = performance.now();
        await act(server, work);
        const seconds = (performance.now() - startedAt) / 1000;
        const after = await server.usage();
        const [grown, peak] = [after.peakRss - before.rss, after.peakRss].map((bytes) => bytes / megabyte);
        print(
          `memory, ${what}: ${grown?.toFixed(0)} MB more, ${peak?.toFixed(0)} MB in all, in ${seconds.toFixed(1)} s (mark: less than 100 MB more)`,
        );
      }),
    ),
  );
}

async function sendParts({ client }: BenchServer): Promise<void> {
  const object = { Bucket: bucket, Key: "in-parts" };
  const Body = randomBytes(partBytes);
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  let next = 1;
  const worker = async () => {
    while (next <= gigabyte / partBytes) {
      const PartNumber = next++;
      const { ETag } = await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber, Body }));
      Parts[PartNumber - 1] = { PartNumber, ETag };
    }
  };
  await Promise.all(Array.from({ length: partsAtOnce }, worker));
  await client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } }));
}

/** Connections that asked once, were answered, and stay. */
async function openConnections({ url, usage }: BenchServer): Promise<void> {
  const { hostname, port } = new URL(url);
  const sockets = await Promise.all(
    Array.from({ length: connections }, () => askOnce(connect(Number(port), hostname))),
  );
  await usage();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const open = sockets.filter((socket) => socket.readyState === "open").length;
  if (open < connections) throw new Error(`Only ${open} of ${connections} connections are still open.`);
}

function askOnce(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject).once("data", () => resolve(socket));
    socket.write("GET / HTTP/1.1\r\nHost: bench\r\n\r\n");
  });
}
