import { createHash, timingSafeEqual } from "node:crypto";
import { env } from "@/lib/env";
import { statusOf } from "@/lib/error-codes";
import type { Failure } from "@/lib/errors";
import { runDueJobs } from "@/lib/upkeep/jobs";

/** For schedulers outside, where no server runs all the time: does what is due. There is no such page without CRON_SECRET. */
export async function POST(request: Request): Promise<Response> {
  const { cronSecret } = env();
  if (cronSecret === null) return refuse({ code: "not_found", message: "There is no such page." });
  if (!isSame(request.headers.get("authorization") ?? "", `Bearer ${cronSecret}`))
    return refuse({ code: "unauthenticated", message: "Send CRON_SECRET as a bearer token." });
  return answer(200, await runDueJobs());
}

/** Vercel's scheduler knows no other method. */
export const GET = POST;

const answer = (status: number, body: object) =>
  Response.json(body, { status, headers: { "cache-control": "no-store" } });

const refuse = (failure: Failure) => answer(statusOf(failure.code), failure);

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));
