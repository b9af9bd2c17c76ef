import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { interleave, median, megabyte, print, printRatio } from "./figures";
import {
  type BenchServer,
  bucket,
  load,
  type ServerKind,
  type Work,
  withClient,
  withFolder,
  withServer,
} from "./processes";

const rounds = 7;
const warmUpCount = 30;

/**
 * Prints the throughput of POSTs next to that of a plain stream that keeps the same bytes, and to that of s3rver where
 * S3RVER_DIR names a folder that has it installed.
 */
export async function benchPosts(): Promise<void> {
  const kinds: ServerKind[] = process.env.S3RVER_DIR ? ["local-bucket", "s3rver"] : ["local-bucket"];
  await withClient(async (work) => {
    const servers = kinds.map((kind) => [kind, () => measureServer(kind, work)]);
    const rates = await interleave(rounds, {
      stream: () => measureStream(work),
      ...Object.fromEntries(servers),
    });
    const [stream = 0, ours = 0, theirs] = ["stream", ...kinds].map((name) => median(rates[name] ?? []));
    print(`posts, medians: local-bucket ${ours.toFixed(0)} MB/s, a plain stream ${stream.toFixed(0)} MB/s`);
    printRatio("POST to a plain stream", ours / stream, "at least 0.6");
    if (theirs === undefined) print("  set S3RVER_DIR to compare with s3rver");
    else printRatio(`POST to s3rver (${theirs.toFixed(0)} MB/s)`, ours / theirs, "at least 1");
  });
}

async function measureStream(work: Work): Promise<number> {
  return await withFolder(async (folder) => {
    const { seconds, cpuSeconds } = await work({
      task: "write",
      folder,
      count: load.count,
      bytes: load.bytes,
    });
    return rate("stream", seconds, cpuSeconds);
  });
}

async function measureServer(kind: ServerKind, work: Work): Promise<number> {
  return await withFolder((folder) =>
    withServer(kind, folder, async (server) => {
      await postFiles(server, work, warmUpCount);
      const before = await server.usage();
      const { seconds } = await postFiles(server, work, load.count);
      const after = await server.usage();
      return rate(kind, seconds, after.cpuSeconds - before.cpuSeconds);
    }),
  );
}

/** Posts file-0, file-1 and so on. */
export async function postFiles(server: BenchServer, work: Work, count: number, bytes = load.bytes) {
  const { fields } = await createPresignedPost(server.client, {
    Bucket: bucket,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own spelling
    Key: "${filename}",
    Conditions: [["content-length-range", bytes, bytes]],
  });
  return await work({ task: "post", url: `${server.url}/${bucket}`, fields, count, bytes });
}

function rate(name: string, seconds: number, cpuSeconds: number): number {
  const perSecond = (load.count * load.bytes) / megabyte / seconds;
  print(`posts: ${name} ${perSecond.toFixed(0)} MB/s, ${cpuSeconds.toFixed(1)} s of CPU`);
  return perSecond;
}
