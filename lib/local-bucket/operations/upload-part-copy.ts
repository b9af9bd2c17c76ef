import type { IncomingMessage } from "node:http";
import type { Blob } from "../index/blob-registry";
import { type Piece, piecesOf, readPieces } from "../index/object-bytes";
import type { ObjectRecord } from "../index/records";
import { holdBlobs, type StoredBody, storeBody } from "../index/store-object";
import { type ChecksumAlgorithm, type Checksums, Digester } from "../wire/checksums";
import { header, queryValue } from "../wire/request";
import { sendXml } from "../wire/response";
import { S3Error } from "../wire/s3-error";
import { getCopySource, readCopySource } from "./copy-source";
import { checksumElements, getUpload, savePart } from "./multipart";
import { readPartNumber } from "./part-number";
import type { SignedRequestContext } from "./request-context";

const maxPartBytes = 5 * 1024 ** 3;

/** Makes a part of an object, or of a range of one. */
export async function uploadPartCopy(context: SignedRequestContext): Promise<void> {
  const { store } = context;
  const { http, query } = context.request;
  const upload = getUpload(context);
  const algorithm = upload.checksum?.algorithm;
  const number = readPartNumber(queryValue(query, "partNumber"));
  const source = getCopySource(context, readCopySource(context));
  const range = readCopyRange(header(http, "x-amz-copy-source-range"), source.size);
  const copy = await holdBlobs(store, source, () => copyRange(context, source, range, algorithm));
  const { etag, checksums, modifiedAt } = await savePart(store, upload, number, copy);
  sendXml(context.response, 200, "CopyPartResult", {
    LastModified: new Date(modifiedAt).toISOString(),
    ETag: `"${etag}"`,
    ...(algorithm ? checksumElements({ [algorithm]: checksums[algorithm] }) : {}),
  });
}

interface Range {
  start: number;
  length: number;
}

/** Reads x-amz-copy-source-range. It is stricter than the Range of a read: it has a first and a last byte, both there. */
export function readCopyRange(text: string | undefined, size: number): Range {
  if (text === undefined) return checkLength({ start: 0, length: size });
  const refused = (message: string) =>
    new S3Error("InvalidArgument", message, {
      ArgumentName: "x-amz-copy-source-range",
      ArgumentValue: text,
    });
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  if (first === undefined || Number(last) < Number(first)) {
    throw refused(
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
    );
  }
  if (Number(last) >= size) throw refused(`Range specified is not valid for source object of size: ${size}`);
  return checkLength({ start: Number(first), length: Number(last) - Number(first) + 1 });
}

function checkLength(range: Range): Range {
  if (range.length <= maxPartBytes) return range;
  const message = `The specified copy source is larger than the maximum allowable size for a copy source: ${maxPartBytes}`;
  throw new S3Error("InvalidRequest", message);
}

/** Stores the bytes of a range once more: by a link where they are a whole blob, else as a body is stored. */
async function copyRange(
  context: SignedRequestContext,
  source: ObjectRecord,
  range: Range,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<StoredBody> {
  const { store, request } = context;
  const pieces = piecesOf(store, source, range);
  const [piece] = pieces;
  const blob = piece && pieces.length === 1 ? store.registry.get(piece.id) : undefined;
  if (blob && blob.size === range.length) return await linkBlob(context, source, blob, algorithm);
  const chunks = whileConnected(request.http, readPieces(store, pieces));
  return await storeBody(store, { chunks, expected: { checksums: {}, announced: algorithm } });
}

async function linkBlob(
  context: SignedRequestContext,
  source: ObjectRecord,
  blob: Blob,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<StoredBody> {
  const known = digestsOf(source, blob);
  const knows = known && (algorithm === undefined || known.checksums[algorithm] !== undefined);
  const { etag, checksums } = knows ? known : await digest(context, blob, algorithm);
  const id = await context.store.blobs.duplicate(blob.id);
  return { blob: { ...blob, id }, etag, checksums };
}

interface Digests {
  /** The bytes' MD5 in hex. */
  etag: string;
  checksums: Checksums;
}

/** What is known of a blob's bytes; undefined where only its object's digests are. */
function digestsOf({ blobIds, etag, checksums }: ObjectRecord, blob: Blob): Digests | undefined {
  const isWhole = blobIds.length === 1 && !etag.includes("-");
  return isWhole ? { etag, checksums } : blob.part;
}

/** Reads a blob to find out its digests. Throws where its bytes are not what was stored. */
async function digest(
  { store, request }: SignedRequestContext,
  { id, size, sha256 }: Blob,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<Digests> {
  const digester = new Digester({ checksums: {}, announced: algorithm });
  const whole: Piece = { id, start: 0, length: size };
  for await (const chunk of whileConnected(request.http, readPieces(store, [whole]))) digester.update(chunk);
  const checksums = await digester.verify();
  if (checksums.sha256 !== sha256) throw new Error(`The bytes of blob ${id} are not those that were stored.`);
  return { etag: digester.md5Hex, checksums };
}

/** Stops in the middle of a copy that nobody waits for any more. */
async function* whileConnected({ socket }: IncomingMessage, chunks: AsyncIterable<Buffer>) {
  for await (const chunk of chunks) {
    if (socket.destroyed) {
      throw Object.assign(new Error("The client has gone."), { code: "ERR_STREAM_PREMATURE_CLOSE" });
    }
    yield chunk;
  }
}
