import "server-only";
import { createHash } from "node:crypto";
import type { S3Client } from "@aws-sdk/client-s3";

/**
 * Settings and deletions go with a Content-MD5, which every store knows, in the place of the CRC-32 that the SDK adds to them: B2
 * refuses that.
 */
export function sendContentMd5(s3: S3Client): void {
  s3.middlewareStack.add(
    (next) => async (args) => {
      const { headers, body } = args.request as { headers: Record<string, string>; body?: unknown };
      if ("x-amz-checksum-crc32" in headers && (typeof body === "string" || body instanceof Uint8Array)) {
        delete headers["x-amz-checksum-crc32"];
        delete headers["x-amz-sdk-checksum-algorithm"];
        headers["content-md5"] = createHash("md5").update(body).digest("base64");
      }
      return await next(args);
    },
    // After the SDK's own, and before it signs.
    { step: "build", priority: "low", name: "sendContentMd5" },
  );
}
