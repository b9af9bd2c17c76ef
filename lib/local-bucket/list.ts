import { bucketName, type SignedCall, sendXml } from "./call";
import type { ObjectRecord } from "./index-rows";
import type { ObjectIndex } from "./object-index";
import { encodePart, queryValue } from "./request";
import { S3Error } from "./s3-error";

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

export async function listObjectsV2(call: SignedCall): Promise<void> {
  const { query } = call.request;
  const bucket = bucketName(call);
  call.store.index.getBucket(bucket);
  const prefix = queryValue(query, "prefix") ?? "";
  const delimiter = queryValue(query, "delimiter") ?? "";
  const startAfter = queryValue(query, "start-after");
  const token = queryValue(query, "continuation-token");
  const maxKeys = readMaxKeys(queryValue(query, "max-keys"));
  const encode = readEncoding(queryValue(query, "encoding-type"));
  const from =
    token !== undefined ? readToken(token) : startAfter ? after(Buffer.from(startAfter)) : Buffer.alloc(0);
  const listing = listKeys(call.store.index, bucket, { prefix, delimiter, maxKeys, from });
  sendXml(call, 200, "ListBucketResult", {
    Name: bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter ? encode(delimiter) : undefined,
    StartAfter: startAfter ? encode(startAfter) : undefined,
    EncodingType: queryValue(query, "encoding-type"),
    ContinuationToken: token,
    NextContinuationToken: listing.next?.toString("base64url"),
    KeyCount: listing.contents.length + listing.commonPrefixes.length,
    MaxKeys: maxKeys,
    IsTruncated: listing.next !== undefined,
    Contents: listing.contents.map((object) => ({
      Key: encode(object.key.toString()),
      LastModified: new Date(object.modifiedAt).toISOString(),
      ETag: `"${object.etag}"`,
      ChecksumAlgorithm: "SHA256",
      ChecksumType: "FULL_OBJECT",
      Size: object.size,
      StorageClass: "STANDARD",
    })),
    CommonPrefixes: listing.commonPrefixes.map((common) => ({ Prefix: encode(common.toString()) })),
  });
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

function readMaxKeys(text: string | undefined): number {
  if (text === undefined) return most;
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text), most);
  throw new S3Error("InvalidArgument", "max-keys must be a number from 0 to 2147483647.", {
    ArgumentValue: text,
  });
}

function readEncoding(type: string | undefined): (text: string) => string {
  if (type === undefined) return (text) => text;
  if (type === "url") return (text) => text.split("/").map(encodePart).join("/");
  throw new S3Error("InvalidArgument", "Invalid Encoding Method specified in Request: it can only be url.");
}
