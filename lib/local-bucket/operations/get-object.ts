import { pipeline } from "node:stream/promises";
import { piecesOf, readPieces } from "../index/object-bytes";
import type { ObjectRecord } from "../index/records";
import { holdBlobs } from "../index/store-object";
import { checksumHeaders } from "../wire/checksums";
import { header, queryValue } from "../wire/request";
import { S3Error } from "../wire/s3-error";
import { metadataHeaders, requireHeaderValue } from "./attributes";
import { checkConditions, matchesEtag, readConditions } from "./conditions";
import { readPartNumber } from "./part-number";
import { bucketName, objectKey, type SignedRequestContext } from "./request-context";

export async function headObject(context: SignedRequestContext): Promise<void> {
  const object = context.store.index.getObject(bucketName(context), objectKey(context));
  const head = prepare(context, object);
  context.response.writeHead(head.status, head.headers).end();
}

export async function getObject(context: SignedRequestContext): Promise<void> {
  const { store, response } = context;
  const object = store.index.getObject(bucketName(context), objectKey(context));
  await holdBlobs(store, object, async () => {
    const head = prepare(context, object);
    const bytes = readPieces(store, piecesOf(store, object, head));
    try {
      // Read before the head goes out, while the answer can still be an error.
      const first = await bytes.next();
      response.writeHead(head.status, head.headers);
      if (first.done) response.end();
      else await pipeline(startingWith(first.value, bytes), response);
    } finally {
      await bytes.return(undefined);
    }
  });
}

async function* startingWith<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

interface Head {
  status: number;
  headers: Record<string, string | number>;
  start: number;
  length: number;
}

function prepare(context: SignedRequestContext, object: ObjectRecord): Head {
  const { http } = context.request;
  const identity = {
    ETag: `"${object.etag}"`,
    "Last-Modified": new Date(object.modifiedAt).toUTCString(),
  };
  if (checkConditions(http, readConditions, object) === "not modified") {
    const cacheControl = overrides(context)["cache-control"] ?? object.headers["cache-control"];
    const headers = cacheControl ? { ...identity, "Cache-Control": cacheControl } : identity;
    return { status: 304, headers, start: 0, length: 0 };
  }
  const range = readPart(context, object) ?? readRange(context, object);
  const { start, length } = range ?? { start: 0, length: object.size };
  const wantsChecksums = header(http, "x-amz-checksum-mode")?.toUpperCase() === "ENABLED" && !range;
  const headers = {
    ...identity,
    ...object.headers,
    ...metadataHeaders(object.metadata),
    ...overrides(context),
    ...(wantsChecksums ? checksumHeaders(object.checksums) : {}),
    ...(object.tags.length > 0 ? { "x-amz-tagging-count": object.tags.length } : {}),
    ...(range?.parts ? { "x-amz-mp-parts-count": range.parts } : {}),
    ...(range ? { "Content-Range": `bytes ${start}-${start + length - 1}/${object.size}` } : {}),
    "Accept-Ranges": "bytes",
    "Content-Length": length,
  };
  return { status: range ? 206 : 200, headers, start, length };
}

/** What the signed URL wants some headers to be; only who signs can ask, for every read is signed. */
function overrides({ request }: SignedRequestContext): Record<string, string> {
  const names = ["type", "language", "disposition", "encoding"].map((name) => `content-${name}`);
  const headers: Record<string, string> = {};
  for (const name of [...names, "cache-control", "expires"]) {
    const value = queryValue(request.query, `response-${name}`);
    if (value !== undefined) headers[name] = requireHeaderValue(`response-${name}`, value);
  }
  return headers;
}

interface Range {
  start: number;
  length: number;
  /** How many parts the object was made of, where one of them was asked for. */
  parts?: number;
}

/** One of the parts that the object was made of. */
function readPart(context: SignedRequestContext, { blobIds, size, etag }: ObjectRecord): Range | undefined {
  const { http, query } = context.request;
  if (!query.has("partNumber")) return undefined;
  if (header(http, "range") !== undefined) {
    const message = "Cannot specify both Range header and partNumber query parameter";
    throw new S3Error("InvalidRequest", message);
  }
  const number = readPartNumber(queryValue(query, "partNumber"));
  if (number > blobIds.length) {
    throw new S3Error("InvalidPartNumber", "The requested partnumber is not satisfiable", {
      PartNumberRequested: String(number),
      ActualPartCount: String(blobIds.length),
    });
  }
  const sizes = blobIds.length === 1 ? [size] : blobIds.map((id) => context.store.registry.get(id).size);
  const start = sizes.slice(0, number - 1).reduce((sum, bytes) => sum + bytes, 0);
  const part = { start, length: sizes[number - 1] ?? 0 };
  if (part.length === 0) return undefined;
  return etag.includes("-") ? { ...part, parts: blobIds.length } : part;
}

/** One range of bytes. What is not understood is ignored, as HTTP wants it; what lies outside is refused. */
function readRange(context: SignedRequestContext, object: ObjectRecord): Range | undefined {
  const text = header(context.request.http, "range");
  const ifRange = header(context.request.http, "if-range");
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text ?? "");
  if (!parts || (ifRange !== undefined && !matchesEtag(ifRange, object.etag))) return undefined;
  const [, first = "", last = ""] = parts;
  if (first === "" && last === "") return undefined;
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  const start = first === "" ? Math.max(0, object.size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? object.size - 1 : Math.min(Number(last), object.size - 1);
  if (start > end) {
    context.response.setHeader("Content-Range", `bytes */${object.size}`);
    throw new S3Error("InvalidRange", "The requested range is not satisfiable", {
      RangeRequested: text ?? "",
      ActualObjectSize: String(object.size),
    });
  }
  return { start, length: end - start + 1 };
}
