import type { RequestListener } from "node:http";
import { env } from "@/lib/env";
import { newId } from "@/lib/ids";
import { observe } from "@/lib/metrics";
import { requestContexts } from "@/lib/request-context";

/** As proxies make them; anything else could make the log say what it likes. */
const readable = /^[\w.-]{8,64}$/;

/** Gives every request an id, which its answer, its lines in the log and the bucket are told, and measures how long it took. */
export const withRequestId =
  (handle: RequestListener): RequestListener =>
  (request, response) => {
    const given = request.headers["x-request-id"];
    const id = env().trustProxy && typeof given === "string" && readable.test(given) ? given : newId();
    response.setHeader("x-request-id", id);
    const startedAt = performance.now();
    response.once("close", () => observe.request(response.statusCode, performance.now() - startedAt));
    return requestContexts.run({ id }, () => handle(request, response));
  };
