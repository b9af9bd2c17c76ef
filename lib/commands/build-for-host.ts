import { findSetupUrl } from "@/lib/accounts/users";
import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { env } from "@/lib/env";
import { runNextBuild } from "./build";
import type { Command } from "./command";
import { refuseUnfitBucket } from "./fit-bucket";

/**
 * What a deploy to a serverless host is: nobody runs `npm start` there. The settings first, as they are wrong most often. The pages
 * before the tables, so that a build that fails leaves the database to those that are being served.
 */
export const buildCommand: Command = {
  async run() {
    const { appOrigin, cronSecret, bucket } = env();
    await runNextBuild("shown");
    await migrate(database());
    if (bucket.local === null) await refuseUnfitBucket(say);
    const setupUrl = await findSetupUrl();
    const warnings = cronSecret === null ? [withoutCron] : [];
    const lines = [`Pail is built for ${appOrigin}, and its database is up to date.`, ...warnings];
    if (setupUrl !== null) lines.push(`Once it is deployed, make the first account: ${setupUrl}`);
    return { data: { origin: appOrigin, setupUrl, warnings }, text: lines.join("\n") };
  },
};

const withoutCron = "CRON_SECRET is not set, so nobody can call /cron, and nothing is ever swept up.";

// Standard output belongs to the answer.
const say = (line: string): void => console.error(line);
