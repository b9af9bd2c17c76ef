import "server-only";
import type { BucketClient } from "../bucket-client";
import { type Finding, fatal, fine, warning } from "./finding";

const isLoopback = (hostname: string): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\]|.*\.localhost)$/.test(hostname);

/** What can be said of the addresses without asking anyone. */
export function examineAddresses(
  { publicUrl }: Pick<BucketClient, "publicUrl">,
  appOrigin: string,
): Finding[] {
  const app = new URL(appOrigin);
  const bucket = new URL(publicUrl);
  const troubles: Finding[] = [];
  if (isLoopback(bucket.hostname) && !isLoopback(app.hostname)) {
    troubles.push(
      fatal("public-endpoint", {
        what: `Browsers would look for the bucket on their own machine, at ${bucket.origin}`,
        why: `Pages of ${app.origin} are opened elsewhere, where nothing answers at that address.`,
        mend: "Set S3_PUBLIC_ENDPOINT to the address under which browsers reach the store.",
      }),
    );
  } else if (app.protocol === "https:" && bucket.protocol === "http:" && !isLoopback(bucket.hostname)) {
    troubles.push(
      fatal("mixed-content", {
        what: `The pages come by https, the bucket by http (${bucket.origin})`,
        why: "Browsers refuse that as mixed content: no picture could be sent or shown.",
        mend: "Serve the store by https, and set S3_ENDPOINT or S3_PUBLIC_ENDPOINT to that address.",
      }),
    );
  } else if (bucket.protocol === "http:" && !isLoopback(bucket.hostname)) {
    troubles.push(
      warning("transport", {
        what: `The bucket is reached by http (${bucket.origin})`,
        why: "Whoever sits between can read the pictures, and the signed URLs that open them.",
        mend: "Serve the store by https, and set S3_ENDPOINT or S3_PUBLIC_ENDPOINT to that address.",
      }),
    );
  }
  return troubles.length > 0
    ? troubles
    : [fine("addresses", `Pages of ${app.origin} use the bucket at ${publicUrl}`)];
}
