import { createHash, createHmac } from "node:crypto";
import { Hash } from "@smithy/hash-node";
import { createScope, getSigningKey, SignatureV4 } from "@smithy/signature-v4";
import { type Answer, send } from "./raw-http";
import { credentials, region } from "./test-server";

export interface HandSigned {
  method: string;
  path: string;
  /** Where it is signed in chunks it follows from the request's signature, but for its length. */
  body: Buffer | ((signing: Signing) => Buffer);
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** What the signature says of the body, where that is not the truth. */
  payload?: string;
  /** Default: now. */
  signedAt?: Date;
}

/** Sends a request that the SDK would not send, with a signature that holds. */
export async function sendSigned(endpoint: string, asked: HandSigned): Promise<Answer> {
  const { url, headers, body } = await signByHand(endpoint, asked);
  return await send(url, asked.method, headers, [body]);
}

/** Signs a request that the SDK would not make. */
export async function signByHand(
  endpoint: string,
  asked: HandSigned,
): Promise<{ url: string; headers: Record<string, string>; body: Buffer }> {
  const { method, path, query = {}, headers = {}, signedAt = new Date() } = asked;
  const { hostname, host } = new URL(endpoint);
  const longDate = signedAt.toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = createScope(longDate.slice(0, 8), region, "s3");
  const sha256Hash = Hash.bind(null, "sha256");
  const key = await getSigningKey(sha256Hash, credentials, longDate.slice(0, 8), region, "s3");
  const sign = (text: string) => createHmac("sha256", key).update(text).digest("hex");
  const bodyAfter = (seed: string) =>
    typeof asked.body === "function" ? asked.body({ longDate, scope, seed, sign }) : asked.body;
  const unsigned = bodyAfter("");
  const signer = new SignatureV4({
    credentials,
    region,
    service: "s3",
    sha256: sha256Hash,
    uriEscapePath: false,
  });
  const request = {
    protocol: "http:",
    hostname,
    method,
    path,
    query,
    headers: {
      host,
      "content-length": String(unsigned.length),
      "x-amz-content-sha256": asked.payload ?? createHash("sha256").update(unsigned).digest("hex"),
      ...headers,
    },
  };
  const signed = await signer.sign(request, { signingDate: signedAt });
  const seed = /Signature=(\w+)/.exec(signed.headers.authorization ?? "")?.[1] ?? "";
  const search = new URLSearchParams(query).toString();
  const url = `${endpoint}${path}${search && `?${search}`}`;
  return { url, headers: signed.headers, body: bodyAfter(seed) };
}

/** What signs the chunks of a framed body. */
export interface Signing {
  longDate: string;
  scope: string;
  /** The signature of the request itself. */
  seed: string;
  sign(stringToSign: string): string;
}

/** An aws-chunked body in its parts: one per chunk, the last one, the trailer. Each is signed after the one before. */
export function frame(chunks: readonly Buffer[], trailer: string | undefined, signing?: Signing): Buffer[] {
  let previous = signing?.seed;
  const hex = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");
  const signed = (algorithm: string, hashes: string[]) => {
    if (!signing) return "";
    previous = signing.sign([algorithm, signing.longDate, signing.scope, previous, ...hashes].join("\n"));
    return previous;
  };
  const line = (chunk: Buffer) => {
    const signature = signed("AWS4-HMAC-SHA256-PAYLOAD", [hex(""), hex(chunk)]);
    return `${chunk.length.toString(16)}${signature && `;chunk-signature=${signature}`}\r\n`;
  };
  const parts = chunks.map((chunk) => Buffer.concat([Buffer.from(line(chunk)), chunk, Buffer.from("\r\n")]));
  parts.push(Buffer.from(line(Buffer.alloc(0))));
  if (trailer === undefined) return [...parts, Buffer.from("\r\n")];
  const signature = signed("AWS4-HMAC-SHA256-TRAILER", [hex(`${trailer}\n`)]);
  const last = `${trailer}\r\n${signature && `x-amz-trailer-signature:${signature}\r\n`}\r\n`;
  return [...parts, Buffer.from(last)];
}
