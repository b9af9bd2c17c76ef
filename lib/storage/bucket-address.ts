import "server-only";
import { env } from "@/lib/env";

export type BucketSettings = ReturnType<typeof env>["bucket"];

type Address = Pick<BucketSettings, "name" | "region" | "forcePathStyle"> & {
  publicEndpoint: string | undefined;
};

/** The origin under which browsers reach the bucket. The proxy asks for it, and is to carry no SDK for that. */
export const bucketOrigin = (): string => new URL(publicUrlOf(env().bucket)).origin;

/** Where a bucket is reached; keys follow behind a slash. */
export function publicUrlOf({ name, region, publicEndpoint, forcePathStyle }: Address): string {
  const address = addressOf(region, publicEndpoint);
  if (forcePathStyle) return `${address}/${name}`;
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${name}.${host}${pathname}`.replace(/\/$/, "");
}

export const addressOf = (region: string, endpoint: string | undefined): string =>
  endpoint ?? `https://s3.${region}.amazonaws.com`;
