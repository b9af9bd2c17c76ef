import { secretRoute } from "@/lib/api/secret-route";
import { runDueJobs } from "@/lib/upkeep/jobs";

/** For schedulers outside, where no server runs all the time: does what is due. */
export const POST = secretRoute("CRON_SECRET", async () => Response.json(await runDueJobs()));

/** Vercel's scheduler knows no other method. */
export const GET = POST;
