import "server-only";
import { env } from "@/lib/env";
import { bucketClient } from "./bucket-client";
import { Storage } from "./storage";

/** Where browsers may write, and nothing is kept. */
export const incoming = () => new Storage(bucketClient(), env().locations.incoming);

/** What was verified. Never presigned for writing. */
export const media = () => new Storage(bucketClient(), env().locations.media);

/** What `collect-static` puts there. Whoever serves STATIC_URL reads it from here; the bucket itself stays closed. */
export const staticFiles = () =>
  new Storage(bucketClient(), env().locations.static, {
    cacheControl: "public, max-age=31536000, immutable",
  });
