import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { interleave, median, megabyte, print, printRatio } from "./figures";
import { postFiles } from "./posts";
import { type BenchServer, bucket, load, type Work, withClient, withFolder, withServer } from "./processes";

const rounds = 9;

/** Prints the throughput of signed GETs next to that of a bare server that streams the same bytes from files. */
export async function benchGets(): Promise<void> {
  const names = Array.from({ length: load.count }, (_, i) => `file-${i}`);
  await withFolder((ourFolder) =>
    withFolder((plainFolder) =>
      withServer("local-bucket", ourFolder, (ours) =>
        withServer("files", plainFolder, (plain) =>
          withClient(async (work) => {
            await postFiles(ours, work, load.count);
            for (const name of names) await writeFile(join(plainFolder, name), randomBytes(load.bytes));
            const signed = names.map((Key) =>
              getSignedUrl(ours.client, new GetObjectCommand({ Bucket: bucket, Key })),
            );
            const urls = await Promise.all(signed);
            const plainUrls = names.map((name) => `${plain.url}/${name}`);
            await work({ task: "get", urls });
            await work({ task: "get", urls: plainUrls });
            const rates = await interleave(rounds, {
              "local-bucket": () => measure("local-bucket", ours, work, urls),
              files: () => measure("files", plain, work, plainUrls),
            });
            const [our, their] = [median(rates["local-bucket"]), median(rates.files)];
            print(
              `gets, medians: local-bucket ${our.toFixed(0)} MB/s, a bare server ${their.toFixed(0)} MB/s`,
            );
            printRatio("GET to a bare server", our / their, "at least 0.7");
          }),
        ),
      ),
    ),
  );
}

async function measure(name: string, server: BenchServer, work: Work, urls: string[]): Promise<number> {
  const before = await server.usage();
  const { seconds } = await work({ task: "get", urls });
  const after = await server.usage();
  const rate = (urls.length * load.bytes) / megabyte / seconds;
  print(
    `gets: ${name} ${rate.toFixed(0)} MB/s, ${(after.cpuSeconds - before.cpuSeconds).toFixed(1)} s of CPU`,
  );
  return rate;
}
