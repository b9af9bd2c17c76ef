import "server-only";
import { createHmac, hash } from "node:crypto";
import { now } from "@/lib/clock";
import type { BucketClient } from "./bucket-client";

/** Within a window an object has one URL, so that the browser's cache knows it again. */
export const urlWindowSeconds = 12 * 60 * 60;
/** A URL signed at the start of a window still works for a whole window after its end. */
export const urlLifeSeconds = 2 * urlWindowSeconds;

/** More are signed anew: about 100 MB at the most, and thrice that where each holds a session token. */
const maxRemembered = 100_000;
const remembered = new Map<string, string>();
let rememberedFor = "";

export interface UrlOptions {
  /** What the answer calls itself, whatever the object says. */
  type?: string;
  /** `inline`, or `attachment` with a name */
  disposition?: string;
}

/**
 * A URL with which whoever holds it may GET this object: signed, temporary, never to be stored or logged. The signing time
 * is rounded down to a window, and the answer may be cached by that one browser for as long as the URL works: a day, but
 * no longer than the credentials that signed it.
 */
export async function signGetUrl(
  bucket: BucketClient,
  key: string,
  { type, disposition = "inline" }: UrlOptions,
): Promise<string> {
  const { accessKeyId, expiration } = await bucket.s3.config.credentials();
  const windowMs = urlWindowSeconds * 1000;
  const signingDate = new Date(Math.floor(now().getTime() / windowMs) * windowMs);
  const lifeSeconds = Math.min(urlLifeSeconds, secondsBetween(signingDate, expiration));
  const period = `${accessKeyId} ${signingDate.getTime()} ${lifeSeconds}`;
  forgetUnless(period);
  const memoKey = `${bucket.publicUrl}\n${key}\n${type}\n${disposition}`;
  let url = remembered.get(memoKey);
  if (url === undefined) {
    const overrides = {
      "response-cache-control": `private, max-age=${lifeSeconds}, immutable`,
      "response-content-disposition": disposition,
      ...(type !== undefined && { "response-content-type": type }),
    };
    url = await presign(bucket, {
      method: "GET",
      key,
      query: overrides,
      signingDate,
      expiresIn: lifeSeconds,
    });
    // The window may have ended meanwhile.
    if (period === rememberedFor) remembered.set(memoKey, url);
  }
  return url;
}

/** Unknown ends are none. */
const secondsBetween = (start: Date, end: Date | undefined): number =>
  end === undefined ? Number.POSITIVE_INFINITY : Math.ceil((end.getTime() - start.getTime()) / 1000);

/** With new credentials or in a new window every URL is new; old ones would only take room. */
function forgetUnless(period: string): void {
  if (period === rememberedFor && remembered.size < maxRemembered) return;
  remembered.clear();
  rememberedFor = period;
}

export interface PresignedRequest {
  method: "GET" | "PUT";
  key: string;
  query: Record<string, string>;
  /** Whoever uses the URL must send exactly these. */
  headers?: Record<string, string>;
  signingDate: Date;
  /** in seconds */
  expiresIn: number;
}

/**
 * A URL that carries its signature, for one request.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export async function presign(
  bucket: BucketClient,
  { method, key, query, headers = {}, signingDate, expiresIn }: PresignedRequest,
): Promise<string> {
  const credentials = await bucket.s3.config.credentials();
  const { region, publicUrl } = bucket;
  const { origin, host, pathname } = new URL(publicUrl);
  const path = `${pathname.replace(/\/$/, "")}/${key.split("/").map(encode).join("/")}`;
  const signed = Object.entries({ ...headers, host })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replaceAll(/ +/g, " ")] as const)
    .sort(byName);
  const signedNames = signed.map(([name]) => name).join(";");
  const time = signingDate.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const { sessionToken } = credentials;
  const parameters = Object.entries({
    ...query,
    "X-Amz-Algorithm": algorithm,
    "X-Amz-Content-Sha256": unsignedPayload,
    "X-Amz-Credential": `${credentials.accessKeyId}/${scope}`,
    "X-Amz-Date": time,
    "X-Amz-Expires": String(expiresIn),
    ...(sessionToken !== undefined && { "X-Amz-Security-Token": sessionToken }),
    "X-Amz-SignedHeaders": signedNames,
  })
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join("");
  const request = `${method}\n${path}\n${parameters}\n${lines}\n${signedNames}\n${unsignedPayload}`;
  const toSign = `${algorithm}\n${time}\n${scope}\n${hash("sha256", request)}`;
  const signature = hmac(signingKey(credentials.secretAccessKey, day, region), toSign).toString("hex");
  return `${origin}${path}?${parameters}&X-Amz-Signature=${signature}`;
}

const algorithm = "AWS4-HMAC-SHA256";
const unsignedPayload = "UNSIGNED-PAYLOAD";

const byName = ([one]: readonly [string, string], [other]: readonly [string, string]): number =>
  one < other ? -1 : 1;

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** For one day, region and secret it is the same: the last one is kept. */
function signingKey(secret: string, day: string, region: string): Buffer {
  if (lastKey?.secret !== secret || lastKey.day !== day || lastKey.region !== region) {
    const key = [day, region, "s3", "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${secret}`);
    lastKey = { secret, day, region, key: Buffer.from(key) };
  }
  return lastKey.key;
}
let lastKey: { secret: string; day: string; region: string; key: Buffer } | undefined;

/** Percent-encoding as SigV4 wants it: stricter than encodeURIComponent. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `attachment` under a name in any script (RFC 6266), with a plain one for what reads no other. */
export function attachment(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encode(name.toWellFormed())}`;
}
