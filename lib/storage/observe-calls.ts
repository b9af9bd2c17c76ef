import "server-only";
import type { S3Client } from "@aws-sdk/client-s3";
import { observe } from "@/lib/metrics";
import { findRequestId } from "@/lib/request-context";
import { StorageError } from "./s3-failure";

/**
 * Measures every command of this client, counts what was refused, and says on whose behalf each request is made: in the
 * User-Agent, which the access logs of all stores have.
 */
export function observeCalls(s3: S3Client): void {
  s3.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        const operation = commandName.replace(/Command$/, "");
        const startedAt = performance.now();
        try {
          return await next(args);
        } catch (error) {
          if (error instanceof StorageError) observe.bucketError(operation, error.s3Code);
          throw error;
        } finally {
          observe.bucketCall(operation, performance.now() - startedAt);
        }
      },
    { step: "initialize", priority: "high", name: "observeCalls" },
  );
  s3.middlewareStack.add(
    (next) => (args) => {
      const request = findRequestId();
      const { headers } = args.request as { headers: Record<string, string> };
      if (request !== null)
        headers["user-agent"] = `${headers["user-agent"] ?? ""} pail-request/${request}`.trim();
      return next(args);
    },
    // Once the SDK has said its own, and it is signed.
    { step: "finalizeRequest", priority: "low", name: "sayRequest" },
  );
}
