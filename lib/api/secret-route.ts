import "server-only";
import { createHash, timingSafeEqual } from "node:crypto";
import { env } from "@/lib/env";
import { statusOf } from "@/lib/error-codes";
import type { Failure } from "@/lib/errors";

/** The settings that open such a route, by their variables. */
const secrets = { CRON_SECRET: "cronSecret", METRICS_TOKEN: "metricsToken" } as const;

/** A route for those who run Pail: they show a secret of its configuration. Where that has none there is no such page. */
export const secretRoute =
  (variable: keyof typeof secrets, answer: () => Promise<Response>) =>
  async (request: Request): Promise<Response> => {
    const secret = env()[secrets[variable]];
    if (secret === null) return refuse({ code: "not_found", message: "There is no such page." });
    if (!isSame(request.headers.get("authorization") ?? "", `Bearer ${secret}`))
      return refuse({ code: "unauthenticated", message: `Send ${variable} as a bearer token.` });
    const response = await answer();
    response.headers.set("cache-control", "no-store");
    return response;
  };

function refuse(failure: Failure): Response {
  const headers = { "cache-control": "no-store" };
  return Response.json(failure, { status: statusOf(failure.code), headers });
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));
