import type { ServerResponse } from "node:http";
import type { BlobRegistry } from "../index/blob-registry";
import type { BlobStore } from "../index/blob-store";
import type { ObjectIndex } from "../index/object-index";
import type { UploadIndex } from "../index/upload-index";
import type { Authenticator, SignedPayload } from "../signing/auth";
import { encodePart, type S3Request } from "../wire/request";
import { S3Error } from "../wire/s3-error";
import { toXml, type XmlNode } from "../wire/xml";

/** What an operation works on. */
export interface Store {
  readonly index: ObjectIndex;
  readonly uploads: UploadIndex;
  readonly registry: BlobRegistry;
  readonly blobs: BlobStore;
  readonly authenticator: Authenticator;
  readonly region: string;
  /** A host below it names a bucket. */
  readonly domain: string;
  now(): Date;
  log(record: Record<string, unknown>): void;
  /** Tells the log about something that went wrong behind an answer that was right. */
  report(what: string, error: unknown): void;
}

/** One request on its way to an answer. */
export interface Call {
  readonly request: S3Request;
  readonly response: ServerResponse;
  readonly store: Store;
}

/** A call whose signature was verified. */
export interface SignedCall extends Call {
  readonly payload: SignedPayload;
}

export function bucketName({ request }: Call): string {
  if (request.bucket === undefined) throw new S3Error("InvalidRequest", "This request needs a bucket.");
  return request.bucket;
}

export function objectKey({ request }: Call): string {
  if (request.key === undefined) throw new S3Error("InvalidRequest", "This request needs a key.");
  return request.key;
}

/** The address of an object, in the style in which its bucket was addressed. */
export function objectUrl(call: Call, key: string): string {
  const { host = call.store.domain, addressing } = call.request;
  const path = key.split("/").map(encodePart);
  return `http://${[host, ...(addressing === "path" ? [bucketName(call)] : []), ...path].join("/")}`;
}

export function sendXml(call: Call, status: number, root: string, content: XmlNode | string): void {
  sendDocument(call, status, toXml(root, content));
}

export function sendDocument({ response }: Call, status: number, xml: string): void {
  const body = Buffer.from(xml);
  response.writeHead(status, { "Content-Type": "application/xml", "Content-Length": body.length }).end(body);
}

export function sendEmpty({ response }: Call, status: number, headers: Record<string, string> = {}): void {
  const length = status === 204 ? {} : { "Content-Length": 0 };
  response.writeHead(status, { ...length, ...headers }).end();
}
