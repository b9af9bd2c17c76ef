import type { ServerResponse } from "node:http";
import type { Store } from "../index/store";
import type { Authenticator } from "../signing/auth";
import type { SignedPayload } from "../wire/body";
import { encodePart, type S3Request } from "../wire/request";
import { S3Error } from "../wire/s3-error";

/** What every request is answered from. */
export interface S3Service {
  readonly store: Store;
  readonly endpoint: Endpoint;
}

export interface Endpoint {
  readonly region: string;
  /** A host below it names a bucket. */
  readonly domain: string;
  readonly authenticator: Authenticator;
}

/** One request on its way to an answer. */
export interface RequestContext extends S3Service {
  readonly request: S3Request;
  readonly response: ServerResponse;
}

/** That of a request whose signature was verified. */
export interface SignedRequestContext extends RequestContext {
  readonly payload: SignedPayload;
}

export function bucketName({ request }: RequestContext): string {
  if (request.bucket === undefined) throw new S3Error("InvalidRequest", "This request needs a bucket.");
  return request.bucket;
}

export function objectKey({ request }: RequestContext): string {
  if (request.key === undefined) throw new S3Error("InvalidRequest", "This request needs a key.");
  return request.key;
}

/** The address of an object, in the style in which its bucket was addressed. */
export function objectUrl(context: RequestContext, key: string): string {
  const { host = context.endpoint.domain, addressing } = context.request;
  const path = key.split("/").map(encodePart);
  return `http://${[host, ...(addressing === "path" ? [bucketName(context)] : []), ...path].join("/")}`;
}
