import type { ObjectIndex } from "../index/object-index";
import type { ObjectRecord } from "../index/records";
import { checksumType } from "../wire/checksums";
import { encodePart, type Query, queryValue } from "../wire/request";
import { sendXml } from "../wire/response";
import { S3Error } from "../wire/s3-error";
import type { XmlNode } from "../wire/xml";
import { owner } from "./owner";
import { bucketName, type SignedRequestContext } from "./request-context";

export interface ListQuery {
  prefix: string;
  delimiter: string;
  maxKeys: number;
  /** The first key that may be listed. */
  from: Buffer;
}

export interface Listing {
  contents: (ObjectRecord & { key: Buffer })[];
  commonPrefixes: Buffer[];
  /** Where the next page begins, if there is one. */
  next: Buffer | undefined;
}

const most = 1000;

export async function listObjectsV2(context: SignedRequestContext): Promise<void> {
  const { query } = context.request;
  const startAfter = queryValue(query, "start-after");
  const token = queryValue(query, "continuation-token");
  const withOwner = queryValue(query, "fetch-owner") === "true";
  const from =
    token !== undefined ? readToken(token) : startAfter ? after(Buffer.from(startAfter)) : Buffer.alloc(0);
  const { listing, encode, asked, commonPrefixes } = readPage(context, from);
  sendXml(context.response, 200, "ListBucketResult", {
    ...asked,
    StartAfter: startAfter ? encode(startAfter) : undefined,
    ContinuationToken: token,
    NextContinuationToken: listing.next?.toString("base64url"),
    KeyCount: listing.contents.length + listing.commonPrefixes.length,
    Contents: listing.contents.map((object) => describe(object, encode, withOwner)),
    CommonPrefixes: commonPrefixes,
  });
}

/** The listing of older clients, which go on behind the last entry that they were given. */
export async function listObjects(context: SignedRequestContext): Promise<void> {
  const { query } = context.request;
  const marker = queryValue(query, "marker") ?? "";
  const delimiter = queryValue(query, "delimiter") ?? "";
  const { listing, encode, asked, commonPrefixes } = readPage(context, behindMarker(query, marker));
  sendXml(context.response, 200, "ListBucketResult", {
    ...asked,
    Marker: encode(marker),
    NextMarker: listing.next && delimiter ? encode(lastEntry(listing)) : undefined,
    Contents: listing.contents.map((object) => describe(object, encode, true)),
    CommonPrefixes: commonPrefixes,
  });
}

/** A page of a listing that a request asks for. */
export interface Page {
  listing: Listing;
  encode: (text: string) => string;
  /** The elements that say what was asked for. */
  asked: XmlNode;
  commonPrefixes: XmlNode[];
}

/** Lists what a request asks for, beginning with a key. */
export function readPage(context: SignedRequestContext, from: Buffer): Page {
  const { query } = context.request;
  const bucket = bucketName(context);
  context.store.index.getBucket(bucket);
  const prefix = queryValue(query, "prefix") ?? "";
  const delimiter = queryValue(query, "delimiter") ?? "";
  const maxKeys = readLimit(query, "max-keys");
  const encoding = queryValue(query, "encoding-type");
  const encode = readEncoding(encoding);
  const listing = listKeys(context.store.index, bucket, { prefix, delimiter, maxKeys, from });
  const asked = {
    Name: bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter ? encode(delimiter) : undefined,
    EncodingType: encoding,
    MaxKeys: maxKeys,
    IsTruncated: listing.next !== undefined,
  };
  const commonPrefixes = listing.commonPrefixes.map((common) => ({ Prefix: encode(common.toString()) }));
  return { listing, encode, asked, commonPrefixes };
}

/** An object as an entry of a listing. */
export function describe(
  object: ObjectRecord & { key: Buffer },
  encode: (text: string) => string,
  withOwner: boolean,
): XmlNode {
  return {
    Key: encode(object.key.toString()),
    LastModified: new Date(object.modifiedAt).toISOString(),
    ETag: `"${object.etag}"`,
    ChecksumAlgorithm: Object.keys(object.checksums).map((name) => name.toUpperCase()),
    ChecksumType: Object.keys(object.checksums).length > 0 ? checksumType(object.checksums) : undefined,
    Size: object.size,
    Owner: withOwner ? owner : undefined,
    StorageClass: "STANDARD",
  };
}

/** Where a listing goes on behind an entry of the page before. */
export function behindMarker(query: Query, marker: string): Buffer {
  const prefix = queryValue(query, "prefix") ?? "";
  const delimiter = queryValue(query, "delimiter") ?? "";
  const behind = Buffer.from(marker);
  if (behind.length === 0) return behind;
  // A key may end with the delimiter too, within the prefix.
  const end = delimiter && marker.startsWith(prefix) ? marker.indexOf(delimiter, prefix.length) : -1;
  const isCommonPrefix = end >= 0 && end + delimiter.length === marker.length;
  return (isCommonPrefix ? successor(behind) : undefined) ?? after(behind);
}

/** The last entry of a page, as the next one's marker. */
export function lastEntry({ contents, commonPrefixes }: Listing): string {
  const entries = [contents.at(-1)?.key, commonPrefixes.at(-1)].filter((entry) => entry !== undefined);
  return entries.toSorted(Buffer.compare).at(-1)?.toString() ?? "";
}

/** One page of a bucket's keys, in the order of their bytes. What shares a prefix up to a delimiter counts as one. */
export function listKeys(index: ObjectIndex, bucket: string, query: ListQuery): Listing {
  const prefix = Buffer.from(query.prefix);
  const before = successor(prefix);
  const listing: Listing = { contents: [], commonPrefixes: [], next: undefined };
  if (query.maxKeys === 0) return listing;
  let from: Buffer | undefined = Buffer.compare(query.from, prefix) > 0 ? query.from : prefix;
  while (from && !listing.next) from = scanToCommonPrefix(from);
  return listing;

  /** Adds keys up to the first that belongs to a common prefix, and says where to go on behind that. */
  function scanToCommonPrefix(start: Buffer): Buffer | undefined {
    for (const object of index.scan(bucket, start, before)) {
      if (listing.contents.length + listing.commonPrefixes.length === query.maxKeys) {
        listing.next = object.key;
        return undefined;
      }
      const end = query.delimiter ? object.key.indexOf(query.delimiter, prefix.length) : -1;
      if (end >= 0) {
        const common = object.key.subarray(0, end + Buffer.byteLength(query.delimiter));
        listing.commonPrefixes.push(common);
        return successor(common);
      }
      listing.contents.push(object);
    }
    return undefined;
  }
}

/** The least key behind all that start with a prefix; undefined where nothing can be. */
function successor(prefix: Buffer): Buffer | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return undefined;
  const next = Buffer.from(prefix.subarray(0, length));
  next[length - 1] = (next[length - 1] as number) + 1;
  return next;
}

/** The least key behind a key. */
function after(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.alloc(1)]);
}

function readToken(token: string): Buffer {
  const key = Buffer.from(token, "base64url");
  if (key.length > 0 && key.toString("base64url") === token) return key;
  throw new S3Error("InvalidArgument", "The continuation token provided is incorrect");
}

/** How many entries a listing may have: what is asked for, at most 1000. */
export function readLimit(query: Query, name: string): number {
  const text = queryValue(query, name);
  if (text === undefined) return most;
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text), most);
  throw new S3Error("InvalidArgument", `${name} must be a number from 0 to 2147483647.`, {
    ArgumentName: name,
    ArgumentValue: text,
  });
}

/** How keys are written into a listing: as they are, or percent-encoded. */
export function readEncoding(type: string | undefined): (text: string) => string {
  if (type === undefined) return (text) => text;
  if (type === "url") return (text) => text.split("/").map(encodePart).join("/");
  throw new S3Error("InvalidArgument", "Invalid Encoding Method specified in Request: it can only be url.");
}
