import type { IncomingMessage } from "node:http";
import type { Blob } from "../index/blob-registry";
import type { ObjectAttributes, ObjectRecord } from "../index/records";
import type { Store } from "../index/store";
import { commitObject, holdBlobs } from "../index/store-object";
import { checksumType, Digester } from "../wire/checksums";
import { header } from "../wire/request";
import { sendXml } from "../wire/response";
import { S3Error } from "../wire/s3-error";
import { writeCondition } from "./conditions";
import { getCopySource, readCopySource } from "./copy-source";
import { readHeaders } from "./objects";
import { bucketName, objectKey, type SignedRequestContext } from "./request-context";

export async function copyObject(context: SignedRequestContext): Promise<void> {
  const { store, request } = context;
  const { http } = request;
  const [bucket, key] = [bucketName(context), objectKey(context)];
  const source = readCopySource(context);
  store.index.getBucket(bucket);
  const replaces = readDirective(http, "x-amz-metadata-directive") === "REPLACE";
  const replacesTags = readDirective(http, "x-amz-tagging-directive") === "REPLACE";
  if (source.bucket === bucket && source.key === key && !replaces) {
    throw new S3Error(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing its metadata.",
    );
  }
  const given = readHeaders(http);
  const original = getCopySource(context, source);
  const attributes: ObjectAttributes = {
    ...(replaces ? given : original),
    tags: replacesTags ? given.tags : original.tags,
  };
  const check = writeCondition(http);
  const wantsChecksum = header(http, "x-amz-checksum-algorithm") === "SHA256";
  const copy = await holdBlobs(store, original, async () => {
    const content = wantsChecksum ? await wholeContent(store, original) : original;
    const { size, etag, checksums } = content;
    const blobs = await duplicateBlobs(store, original);
    return await commitObject(store, { bucket, key, attributes, check }, blobs, { size, etag, checksums });
  });
  sendXml(context.response, 200, "CopyObjectResult", {
    LastModified: new Date(copy.modifiedAt).toISOString(),
    ETag: `"${copy.etag}"`,
    ChecksumType: copy.checksums.sha256 && checksumType(copy.checksums),
    ChecksumSHA256: copy.checksums.sha256,
  });
}

function readDirective(http: IncomingMessage, name: string): "COPY" | "REPLACE" {
  const value = header(http, name) ?? "COPY";
  if (value === "COPY" || value === "REPLACE") return value;
  throw new S3Error("InvalidArgument", `Unknown ${name}: ${value}. It is COPY or REPLACE.`);
}

/** A copy is one piece: where a checksum is asked for, that of an object in parts is made anew, over all its bytes. */
async function wholeContent(
  store: Store,
  object: ObjectRecord,
): Promise<Pick<ObjectRecord, "size" | "etag" | "checksums">> {
  if (checksumType(object.checksums) === "FULL_OBJECT" && object.checksums.sha256) return object;
  const digester = new Digester({ checksums: {} });
  for (const id of object.blobIds)
    for await (const chunk of store.blobs.read(id, 0, store.registry.get(id).size)) digester.update(chunk);
  const checksums = await digester.verify();
  return { size: object.size, etag: digester.md5Hex, checksums };
}

/** New blobs with the bytes of an object; all or none. */
async function duplicateBlobs(store: Store, { blobIds }: ObjectRecord): Promise<Blob[]> {
  const copies: Blob[] = [];
  try {
    for (const id of blobIds) {
      const blob = store.registry.get(id);
      copies.push({ ...blob, id: await store.blobs.duplicate(id) });
    }
  } catch (error) {
    for (const { id } of copies) await store.blobs.drop(id);
    throw error;
  }
  return copies;
}
