import "server-only";
import { env } from "@/lib/env";
import { bucketOrigin } from "@/lib/storage/bucket-client";

/** Scripts by nonce alone; pictures, requests and forms to the app and its bucket, and nowhere else. */
export function contentSecurityPolicy(nonce: string): string {
  const development = !env().production;
  const bucket = bucketOrigin();
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    `style-src 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    // A tile's shape and colour are style attributes, there before any script runs. They cannot run anything.
    "style-src-attr 'unsafe-inline'",
    `img-src 'self' ${bucket}`,
    `connect-src 'self' ${bucket}${development ? " ws:" : ""}`,
    `form-action 'self' ${bucket}`,
    "worker-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
