import { env } from "@/lib/env";
import { listBuckets } from "@/lib/storage/bucket";
import { bucketClient } from "@/lib/storage/bucket-client";
import type { Command } from "./command";

export const bucketListCommand: Command = {
  async run() {
    const buckets = (await listBuckets(bucketClient())).map((bucket) => ({
      ...bucket,
      configured: bucket.name === env().bucket.name,
    }));
    const width = Math.max(0, ...buckets.map(({ name }) => name.length));
    const lines = buckets.map(({ name, region, createdAt, configured }) => {
      const facts = [name.padEnd(width), region ?? "", createdAt?.toISOString().slice(0, 10) ?? ""];
      return `${configured ? "*" : " "} ${facts.filter((fact) => fact !== "").join("  ")}`;
    });
    return { data: { buckets }, text: lines.length === 0 ? "There are no buckets." : lines.join("\n") };
  },
};
