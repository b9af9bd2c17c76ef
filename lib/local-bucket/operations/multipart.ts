import { randomBytes } from "node:crypto";
import type { PartRecord, UploadRecord } from "../index/records";
import type { Store } from "../index/store";
import { commitBlobs, removeBlobs, type StoredBody, storeBody } from "../index/store-object";
import { openBody } from "../wire/body";
import { type Checksums, checksumAlgorithm, checksumHeaders } from "../wire/checksums";
import { header, queryValue } from "../wire/request";
import { sendEmpty, sendXml } from "../wire/response";
import { readUploadChecksum } from "./multipart-checksums";
import { readHeaders } from "./objects";
import { readPartNumber } from "./part-number";
import { bucketName, objectKey, type SignedRequestContext } from "./request-context";

export async function createMultipartUpload(context: SignedRequestContext): Promise<void> {
  const { store } = context;
  const { http } = context.request;
  const [bucket, key] = [bucketName(context), objectKey(context)];
  const startedAt = store.now().getTime();
  const declared = header(http, "x-amz-checksum-algorithm")?.toLowerCase();
  const upload: UploadRecord = {
    // In the order in which they were started, as S3 lists those of one key.
    id: startedAt.toString(16).padStart(12, "0") + randomBytes(16).toString("hex"),
    bucket,
    key,
    startedAt,
    attributes: readHeaders(http),
    checksum: readUploadChecksum(
      declared === undefined ? undefined : checksumAlgorithm(`x-amz-checksum-${declared}`),
      header(http, "x-amz-checksum-type"),
    ),
  };
  await store.uploads.create(upload);
  sendXml(context.response, 200, "InitiateMultipartUploadResult", {
    Bucket: bucket,
    Key: key,
    UploadId: upload.id,
  });
}

export async function uploadPart(context: SignedRequestContext): Promise<void> {
  const { store } = context;
  const upload = getUpload(context);
  const number = readPartNumber(queryValue(context.request.query, "partNumber"));
  const body = openBody(context);
  body.expected.announced ??= upload.checksum?.algorithm;
  const { etag, checksums } = await savePart(store, upload, number, await storeBody(store, body));
  sendEmpty(context.response, 200, { ETag: `"${etag}"`, ...checksumHeaders(checksums) });
}

/** Makes bytes that are on the disk a part of an upload. */
export async function savePart(
  store: Store,
  upload: UploadRecord,
  number: number,
  { blob, etag, checksums }: StoredBody,
): Promise<PartRecord> {
  const modifiedAt = store.now().getTime();
  const part = { number, blobId: blob.id, size: blob.size, etag, checksums, modifiedAt };
  await commitBlobs(store, [blob.id], () => store.uploads.savePart(upload, part, blob));
  return part;
}

export async function abortMultipartUpload(context: SignedRequestContext): Promise<void> {
  const upload = getUpload(context);
  await removeBlobs(context.store, await context.store.uploads.end(upload.id));
  sendEmpty(context.response, 204);
}

/** The upload that a request is about. */
export function getUpload(context: SignedRequestContext): UploadRecord {
  return context.store.uploads.get(bucketName(context), objectKey(context), uploadId(context));
}

export function uploadId({ request }: SignedRequestContext): string {
  return queryValue(request.query, "uploadId") ?? "";
}

/** Checksums as elements of a document. */
export function checksumElements(checksums: Checksums): Record<string, string> {
  return Object.fromEntries(
    Object.entries(checksums).map(([name, value]) => [`Checksum${name.toUpperCase()}`, value]),
  );
}
