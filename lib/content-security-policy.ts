import "server-only";
import { env } from "@/lib/env";
import { bucketOrigin } from "@/lib/storage/bucket-address";

/** Scripts by nonce alone; pictures, requests and forms to the app and its bucket, assets from STATIC_URL, and nowhere else. */
export function contentSecurityPolicy(nonce: string): string {
  const development = !env().production;
  const bucket = bucketOrigin();
  const { staticUrl } = env();
  const assets = staticUrl === null ? "'self'" : `'self' ${new URL(staticUrl).origin}`;
  // A worker of another origin's script starts from a blob, and so has this policy instead of one of its own.
  const [workers, workersScripts] =
    staticUrl === null ? ["'self'", ""] : ["'self' blob:", " 'wasm-unsafe-eval'"];
  return [
    "default-src 'none'",
    `script-src ${assets} 'nonce-${nonce}' 'strict-dynamic'${workersScripts}${development ? " 'unsafe-eval'" : ""}`,
    `style-src ${assets} ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    // A tile's shape and colour are style attributes, there before any script runs. They cannot run anything.
    "style-src-attr 'unsafe-inline'",
    `img-src ${assets} ${bucket}`,
    `connect-src 'self' ${bucket}${development ? " ws:" : ""}`,
    `form-action 'self' ${bucket}`,
    `worker-src ${workers}`,
    // A download that the service worker answers begins in a frame, which shows nothing.
    "frame-src 'self'",
    "manifest-src 'self'",
    `font-src ${assets}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
