import { env } from "@/lib/env";
import { setUpBucket } from "@/lib/storage/bucket";
import { bucketClient } from "@/lib/storage/bucket-client";
import type { Command } from "./command";

export const bucketSetupCommand: Command = {
  async run() {
    const changes = await setUpBucket(bucketClient(), env().appOrigin);
    return { data: { changes }, text: changes.length === 0 ? "Nothing to change." : changes.join("\n") };
  },
};
