import type { FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { metadataHeaders, requireHeaderValue } from "./attributes";
import { isMissing, streamBlob } from "./blob-store";
import { bucketName, objectKey, type SignedCall } from "./call";
import { checksumHeaders } from "./checksums";
import { checkConditions, matchesEtag, readConditions } from "./conditions";
import type { ObjectRecord } from "./index-rows";
import { header, queryValue } from "./request";
import { notImplemented, S3Error } from "./s3-error";

export async function headObject(call: SignedCall): Promise<void> {
  const object = call.store.index.getObject(bucketName(call), objectKey(call));
  const head = prepare(call, object);
  call.response.writeHead(head.status, head.headers).end();
}

export async function getObject(call: SignedCall): Promise<void> {
  const { object, file } = await openObject(call);
  try {
    const head = prepare(call, object);
    call.response.writeHead(head.status, head.headers);
    if (head.length === 0) call.response.end();
    else await pipeline(streamBlob(file, head.start, head.length), call.response);
  } finally {
    await file.close();
  }
}

async function openObject(call: SignedCall): Promise<{ object: ObjectRecord; file: FileHandle }> {
  for (let attempt = 1; ; attempt++) {
    const object = call.store.index.getObject(bucketName(call), objectKey(call));
    try {
      return { object, file: await call.store.blobs.open(object.blobId) };
    } catch (error) {
      // Overwritten between the look at the index and this open: what is there now will do.
      if (!isMissing(error) || attempt === 3) throw error;
    }
  }
}

interface Head {
  status: number;
  headers: Record<string, string | number>;
  start: number;
  length: number;
}

function prepare(call: SignedCall, object: ObjectRecord): Head {
  const { http, query } = call.request;
  if (query.has("partNumber")) throw notImplemented("reading single parts (partNumber)");
  const identity = {
    ETag: `"${object.etag}"`,
    "Last-Modified": new Date(object.modifiedAt).toUTCString(),
  };
  if (checkConditions(http, readConditions, object) === "not modified") {
    const cacheControl = overrides(call)["cache-control"] ?? object.headers["cache-control"];
    const headers = cacheControl ? { ...identity, "Cache-Control": cacheControl } : identity;
    return { status: 304, headers, start: 0, length: 0 };
  }
  const range = readRange(call, object);
  const { start, length } = range ?? { start: 0, length: object.size };
  const wantsChecksums = header(http, "x-amz-checksum-mode")?.toUpperCase() === "ENABLED" && !range;
  const headers = {
    ...identity,
    ...object.headers,
    ...metadataHeaders(object.metadata),
    ...overrides(call),
    ...(wantsChecksums ? checksumHeaders(object.checksums) : {}),
    ...(object.tags.length > 0 ? { "x-amz-tagging-count": object.tags.length } : {}),
    ...(range ? { "Content-Range": `bytes ${start}-${start + length - 1}/${object.size}` } : {}),
    "Accept-Ranges": "bytes",
    "Content-Length": length,
  };
  return { status: range ? 206 : 200, headers, start, length };
}

/** What the signed URL wants some headers to be; only who signs can ask, for every read is signed. */
function overrides({ request }: SignedCall): Record<string, string> {
  const names = ["type", "language", "disposition", "encoding"].map((name) => `content-${name}`);
  const headers: Record<string, string> = {};
  for (const name of [...names, "cache-control", "expires"]) {
    const value = queryValue(request.query, `response-${name}`);
    if (value !== undefined) headers[name] = requireHeaderValue(`response-${name}`, value);
  }
  return headers;
}

/** One range of bytes. What is not understood is ignored, as HTTP wants it; what lies outside is refused. */
function readRange(call: SignedCall, object: ObjectRecord): { start: number; length: number } | undefined {
  const text = header(call.request.http, "range");
  const ifRange = header(call.request.http, "if-range");
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text ?? "");
  if (!parts || (ifRange !== undefined && !matchesEtag(ifRange, object.etag))) return undefined;
  const [, first = "", last = ""] = parts;
  if (first === "" && last === "") return undefined;
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  const start = first === "" ? Math.max(0, object.size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? object.size - 1 : Math.min(Number(last), object.size - 1);
  if (start > end) {
    call.response.setHeader("Content-Range", `bytes */${object.size}`);
    throw new S3Error("InvalidRange", "The requested range is not satisfiable", {
      RangeRequested: text ?? "",
      ActualObjectSize: String(object.size),
    });
  }
  return { start, length: end - start + 1 };
}
