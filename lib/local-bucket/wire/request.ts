import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { S3Error } from "./s3-error";

/** A request as S3 sees it: bucket and key decoded, query and headers readable by lower-case name. */
export interface S3Request {
  readonly id: string;
  readonly http: IncomingMessage;
  readonly method: string;
  /** The path in the one spelling that signatures are made over. */
  readonly canonicalPath: string;
  readonly query: Query;
  /** The host that was asked, with its port; undefined where HTTP/1.0 names none. */
  readonly host: string | undefined;
  /** Where the bucket's name was: in the path, or in front of the server's own name. */
  readonly addressing: "path" | "virtual-hosted";
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

export type Query = ReadonlyMap<string, readonly string[]>;

const maxKeyBytes = 1024;

export function newRequestId(): string {
  return randomBytes(8).toString("hex").toUpperCase();
}

/**
 * Takes a request's line and its host apart; whatever cannot be decoded is refused. A host below the given domain names
 * a bucket, any other host is this server.
 */
export function readRequest(http: IncomingMessage, id: string, domain: string): S3Request {
  checkRepeatedHeaders(http);
  const host = readHost(http);
  const hosted = host === undefined ? undefined : bucketOfHost(host, domain);
  const target = http.url ?? "/";
  if (!target.startsWith("/")) throw new S3Error("InvalidURI", "The request target must be a path.");
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const segments = path.split("/").map(decodePart);
  const [bucket, ...rest] = hosted === undefined ? segments.slice(1) : [hosted, ...segments.slice(1)];
  const key = rest.join("/");
  if (key) checkKey(key);
  return {
    id,
    http,
    method: http.method ?? "GET",
    canonicalPath: segments.map(encodePart).join("/"),
    query: readQuery(mark < 0 ? "" : target.slice(mark + 1)),
    host,
    addressing: hosted === undefined ? "path" : "virtual-hosted",
    bucket: bucket || undefined,
    key: key || undefined,
  };
}

/**
 * Makes headers of the x-amz-* parameters of a presigned URL, which its signer moved out of the headers. Only for a
 * request whose signature was verified.
 */
export function restoreHoistedHeaders({ http, query }: S3Request): void {
  if (!query.has("X-Amz-Signature")) return;
  for (const [parameter, values] of query) {
    const name = parameter.toLowerCase();
    if (!name.startsWith("x-amz-")) continue;
    const inHeader = header(http, name);
    const [value = "", ...others] = new Set(inHeader === undefined ? values : [...values, inHeader]);
    if (others.length > 0) {
      throw new S3Error("InvalidRequest", `${name} is given more than once, with different values.`);
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no header could hold them
    if (/[\x00-\x1f\x7f]/.test(value)) {
      throw new S3Error("InvalidArgument", `Control characters are not allowed in ${name}.`);
    }
    http.headersDistinct[name] = [Buffer.from(value).toString("latin1")];
  }
}

/** The first value of a query parameter. */
export function queryValue(query: Query, name: string): string | undefined {
  return query.get(name)?.[0];
}

/**
 * A header's value. Node reads headers as Latin-1; S3's are UTF-8, so what is valid UTF-8 is taken as such.
 */
export function header(http: IncomingMessage, name: string): string | undefined {
  const headers = http.headersDistinct;
  return Object.hasOwn(headers, name) ? headers[name] && decodeHeader(headers[name].join(",")) : undefined;
}

/** Refuses a name that S3 would not give to a bucket. */
export function checkBucketName(name: string): void {
  const valid = /^[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/.test(name) && isIP(name) === 0;
  if (valid) return;
  throw new S3Error("InvalidBucketName", "The specified bucket is not valid.", { BucketName: name });
}

/** Refuses a key that S3 would refuse. */
export function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes > maxKeyBytes) {
    throw new S3Error("KeyTooLongError", `Your key is too long: ${bytes} bytes in UTF-8.`, {
      Size: String(bytes),
      MaxSizeAllowed: String(maxKeyBytes),
    });
  }
  if (key.includes("\0")) throw new S3Error("InvalidArgument", "A key must not contain a NUL character.");
}

/** Percent-encoding as signatures want it: everything but unreserved characters. */
export function encodePart(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Undoes percent-encoding; what is not UTF-8 afterwards is refused. */
export function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error("InvalidURI", `Couldn't parse the specified URI: ${text.slice(0, 100)} is not UTF-8.`);
  }
}

/** The headers that are one value, and not a list that may be given in several. */
const singleHeaders =
  /^(?:authorization|content-(?:length|md5|type)|date|expect|host|range|transfer-encoding|x-amz-(?!meta-|(?:optional-)?object-attributes$).*)$/;

function checkRepeatedHeaders(http: IncomingMessage): void {
  for (const [name, values = []] of Object.entries(http.headersDistinct)) {
    if (values.length < 2 || !singleHeaders.test(name)) continue;
    throw new S3Error("InvalidRequest", `The header ${name} is given ${values.length} times; expecting one.`);
  }
}

function readHost(http: IncomingMessage): string | undefined {
  const host = header(http, "host");
  if (host === undefined || /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(host)) return host;
  throw new S3Error("BadRequest", "The Host header must be a name or an address, with or without a port.");
}

function bucketOfHost(host: string, domain: string): string | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, "");
  if (!name.endsWith(`.${domain}`)) return undefined;
  const bucket = name.slice(0, -domain.length - 1);
  checkBucketName(bucket);
  return bucket;
}

function readQuery(text: string): Query {
  const query = new Map<string, string[]>();
  for (const pair of text.split("&")) {
    if (!pair) continue;
    const equals = pair.indexOf("=");
    const name = decodeForm(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : decodeForm(pair.slice(equals + 1));
    const values = query.get(name);
    if (values) values.push(value);
    else query.set(name, [value]);
  }
  return query;
}

function decodeForm(text: string): string {
  return decodePart(text.replaceAll("+", " "));
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decodeHeader(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: tells ASCII from the rest
  if (/^[\x00-\x7f]*$/.test(value)) return value;
  try {
    return utf8.decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}
