import "server-only";
import { z } from "zod";

export const origin = z.url({ protocol: /^https?$/ }).transform((value, context) => {
  const url = new URL(value);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username + url.password !== "") {
    context.addIssue("must be an origin alone, like https://photos.example.org, without a path");
  }
  return url.origin;
});
const addressWithPath = (what: string) =>
  z.url({ protocol: /^https?$/ }).transform((value, context) => {
    const url = new URL(value);
    if (url.search !== "" || url.hash !== "" || url.username + url.password !== "") {
      context.addIssue(`must be ${what}`);
    }
    return url.href.replace(/\/+$/, "");
  });
export const folderUrl = addressWithPath("a folder, like https://cdn.example.org/static");
export const storeUrl = addressWithPath("the store's address alone, like https://s3.example.org");

interface Endpoints {
  S3_BUCKET?: string | undefined;
  S3_ENDPOINT?: string | undefined;
  S3_PUBLIC_ENDPOINT?: string | undefined;
  S3_FORCE_PATH_STYLE?: boolean | undefined;
}

/** What can be said of the store's addresses without asking anyone. */
export function checkEndpoints(
  { S3_BUCKET: bucket, S3_ENDPOINT, S3_PUBLIC_ENDPOINT, S3_FORCE_PATH_STYLE: isPathStyle = false }: Endpoints,
  context: z.RefinementCtx,
): void {
  const refuse = (name: string, message: string | null) => {
    if (message !== null) context.addIssue({ code: "custom", path: [name], message });
  };
  if (bucket === undefined) {
    const hasPath = S3_PUBLIC_ENDPOINT !== undefined && new URL(S3_PUBLIC_ENDPOINT).pathname !== "/";
    refuse("S3_PUBLIC_ENDPOINT", hasPath ? ownBucketHasNoPath : null);
    return;
  }
  if (S3_ENDPOINT !== undefined) refuse("S3_ENDPOINT", ownNameIn(S3_ENDPOINT, bucket, isPathStyle));
  if (S3_PUBLIC_ENDPOINT !== undefined)
    refuse("S3_PUBLIC_ENDPOINT", ownNameIn(S3_PUBLIC_ENDPOINT, bucket, true));
}

const ownBucketHasNoPath =
  "must have no path as long as Pail serves the bucket itself, as signatures cover it";

/**
 * What is wrong with an endpoint that has the bucket's name in it, as consoles show it; null: nothing. A store of one's own may have
 * that name, directly under a domain (https://photos.example.org): S3_FORCE_PATH_STYLE=1 says so.
 */
function ownNameIn(address: string, bucket: string, mayBeStores: boolean): string | null {
  const { protocol, host, hostname, pathname } = new URL(address);
  const fault = (instead: string) =>
    `contains the bucket's own name, which S3_BUCKET says already: write ${instead} instead`;
  if (pathname.endsWith(`/${bucket}`))
    return fault(`${protocol}//${host}${pathname.slice(0, -bucket.length - 1)}`);
  if (!hostname.startsWith(`${bucket}.`) || /^[\d.]+$/.test(hostname)) return null;
  const instead = fault(`${protocol}//${host.slice(bucket.length + 1)}${pathname.replace(/\/$/, "")}`);
  const isDomain = hostname.slice(bucket.length + 1).split(".").length <= 2;
  if (!isDomain) return instead;
  return mayBeStores ? null : `${instead}, or set S3_FORCE_PATH_STYLE=1 where that is the store's own name`;
}
