import "server-only";
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

/** A URL that carries its signature, for one request. */
export async function presign(
  bucket: BucketClient,
  { method, key, query, headers = {}, signingDate, expiresIn }: PresignedRequest,
): Promise<string> {
  const { protocol, host, hostname, port, pathname } = new URL(bucket.publicUrl);
  const path = `${pathname.replace(/\/$/, "")}/${key.split("/").map(encode).join("/")}`;
  const signed = await bucket.signer.presign(
    {
      method,
      protocol,
      hostname,
      ...(port !== "" && { port: Number(port) }),
      path,
      query,
      headers: { ...headers, host, "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" },
    },
    {
      signingDate,
      expiresIn,
      signableHeaders: new Set(["host", ...Object.keys(headers)]),
      unhoistableHeaders: new Set(Object.keys(headers)),
    },
  );
  const parameters = Object.entries(signed.query ?? {}).map(
    ([name, value]) => `${encode(name)}=${encode(String(value))}`,
  );
  return `${protocol}//${host}${path}?${parameters.join("&")}`;
}

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
