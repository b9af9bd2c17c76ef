import type { UploadRecord } from "../index/records";
import type { UploadIndex, UploadMarker } from "../index/upload-index";
import { queryValue } from "../wire/request";
import { sendXml } from "../wire/response";
import { S3Error } from "../wire/s3-error";
import { readEncoding, readLimit } from "./list";
import { checksumElements, getUpload } from "./multipart";
import { owner } from "./owner";
import { bucketName, type SignedRequestContext } from "./request-context";

const batch = 1000;

export async function listParts(context: SignedRequestContext): Promise<void> {
  const { query } = context.request;
  const upload = getUpload(context);
  const limit = readLimit(query, "max-parts");
  const marker = queryValue(query, "part-number-marker") ?? "0";
  if (!/^\d{1,9}$/.test(marker)) {
    throw new S3Error("InvalidArgument", "part-number-marker must be a number.", { ArgumentValue: marker });
  }
  const found = context.store.uploads.parts(upload.id, Number(marker), limit + 1);
  const parts = found.slice(0, limit);
  sendXml(context.response, 200, "ListPartsResult", {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    Initiator: owner,
    Owner: owner,
    StorageClass: "STANDARD",
    PartNumberMarker: marker,
    NextPartNumberMarker: parts.at(-1)?.number ?? marker,
    MaxParts: limit,
    IsTruncated: found.length > limit,
    ChecksumType: upload.checksum?.type,
    ChecksumAlgorithm: upload.checksum?.algorithm.toUpperCase(),
    Part: parts.map(({ number, modifiedAt, etag, size, checksums }) => ({
      PartNumber: number,
      LastModified: new Date(modifiedAt).toISOString(),
      ETag: `"${etag}"`,
      Size: size,
      ...checksumElements(checksums),
    })),
  });
}

export async function listMultipartUploads(context: SignedRequestContext): Promise<void> {
  const { query } = context.request;
  const bucket = bucketName(context);
  context.store.index.getBucket(bucket);
  const prefix = queryValue(query, "prefix") ?? "";
  const delimiter = queryValue(query, "delimiter") ?? "";
  const limit = readLimit(query, "max-uploads");
  const encode = readEncoding(queryValue(query, "encoding-type"));
  const keyMarker = queryValue(query, "key-marker") ?? "";
  const idMarker = keyMarker ? queryValue(query, "upload-id-marker") : undefined;
  const marker = { key: keyMarker, id: idMarker || undefined };
  const page = listUploads(context.store.uploads, bucket, { prefix, delimiter, limit, marker });
  sendXml(context.response, 200, "ListMultipartUploadsResult", {
    Bucket: bucket,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker ?? "",
    Prefix: encode(prefix),
    Delimiter: delimiter ? encode(delimiter) : undefined,
    EncodingType: queryValue(query, "encoding-type"),
    MaxUploads: limit,
    IsTruncated: page.next !== undefined,
    NextKeyMarker: page.next && encode(page.next.key),
    NextUploadIdMarker: page.next?.id,
    Upload: page.uploads.map(({ key, id, startedAt, checksum }) => ({
      Key: encode(key),
      UploadId: id,
      Initiator: owner,
      Owner: owner,
      StorageClass: "STANDARD",
      Initiated: new Date(startedAt).toISOString(),
      ChecksumAlgorithm: checksum?.algorithm.toUpperCase(),
    })),
    CommonPrefixes: page.commonPrefixes.map((common) => ({ Prefix: encode(common) })),
  });
}

interface UploadQuery {
  prefix: string;
  delimiter: string;
  limit: number;
  marker: UploadMarker;
}

interface UploadPage {
  uploads: UploadRecord[];
  commonPrefixes: string[];
  /** The last upload that this page stands for, if there are more. */
  next: UploadMarker | undefined;
}

function listUploads(index: UploadIndex, bucket: string, query: UploadQuery): UploadPage {
  const { prefix, delimiter, limit } = query;
  const page: UploadPage = { uploads: [], commonPrefixes: [], next: undefined };
  let last: UploadMarker | undefined;
  for (const upload of scan(index, bucket, start(query))) {
    if (!upload.key.startsWith(prefix)) break;
    const end = delimiter ? upload.key.indexOf(delimiter, prefix.length) : -1;
    const common = end < 0 ? undefined : upload.key.slice(0, end + delimiter.length);
    if (common === undefined || common !== page.commonPrefixes.at(-1)) {
      if (page.uploads.length + page.commonPrefixes.length === limit) {
        page.next = last;
        break;
      }
      if (common === undefined) page.uploads.push(upload);
      else page.commonPrefixes.push(common);
    }
    last = { key: upload.key, id: upload.id };
  }
  return page;
}

/** Behind the marker, and not before the first key with the prefix. */
function start({ prefix, marker }: UploadQuery): UploadMarker {
  const early = Buffer.compare(Buffer.from(marker.key), Buffer.from(prefix)) < 0;
  return early ? { key: prefix, id: "" } : marker;
}

function* scan(index: UploadIndex, bucket: string, from: UploadMarker): Generator<UploadRecord> {
  let marker = from;
  for (;;) {
    const found = index.list(bucket, marker, batch);
    yield* found;
    const last = found.at(-1);
    if (!last || found.length < batch) return;
    marker = last;
  }
}
