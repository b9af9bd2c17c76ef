import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { Blob } from "../index/blob-registry";
import type { ObjectAttributes, ObjectRecord } from "../index/records";
import type { Store } from "../index/store";
import { commitObject, holdBlobs, removeBlobs, storeObject } from "../index/store-object";
import { openBody, readXmlBody } from "../wire/body";
import { checksumHeaders, checksumType, Digester } from "../wire/checksums";
import { checkKey, decodePart, header } from "../wire/request";
import { sendEmpty, sendXml } from "../wire/response";
import { notImplemented, S3Error } from "../wire/s3-error";
import { listOf, readXml } from "../wire/xml";
import { readAttributes } from "./attributes";
import { checkConditions, copyConditions, failed, writeCondition } from "./conditions";
import { bucketName, objectKey, type SignedRequestContext } from "./request-context";
import { readTagsHeader } from "./tagging";

export async function putObject(context: SignedRequestContext): Promise<void> {
  const { store } = context;
  const { http } = context.request;
  const [bucket, key] = [bucketName(context), objectKey(context)];
  const attributes = readHeaders(http);
  const check = writeCondition(http);
  // Looked at before the bytes come, and again when they are committed.
  store.index.getBucket(bucket);
  check(store.index.findObject(bucket, key));
  const object = await storeObject(store, { bucket, key, attributes, check }, openBody(context));
  sendEmpty(context.response, 200, { ETag: `"${object.etag}"`, ...checksumHeaders(object.checksums) });
}

export async function copyObject(context: SignedRequestContext): Promise<void> {
  const { store, request } = context;
  const { http } = request;
  const [bucket, key] = [bucketName(context), objectKey(context)];
  const source = readCopySource(header(http, "x-amz-copy-source") ?? "");
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
  const original = store.index.getObject(source.bucket, source.key);
  if (checkConditions(http, copyConditions, original) === "not modified") {
    throw failed("x-amz-copy-source-if-none-match or -if-modified-since");
  }
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

export async function deleteObject(context: SignedRequestContext): Promise<void> {
  const blobIds = await context.store.index.deleteObjects(bucketName(context), [objectKey(context)]);
  await removeBlobs(context.store, blobIds);
  sendEmpty(context.response, 204);
}

const entrySchema = z.strictObject({ Key: z.string().min(1) });
const deleteSchema = z.object({
  Object: listOf(entrySchema).pipe(z.array(entrySchema).min(1).max(1000)),
  Quiet: z.enum(["true", "false"]).optional(),
});

export async function deleteObjects(context: SignedRequestContext): Promise<void> {
  const { Object: entries, Quiet } = readXml(await readXmlBody(context), "Delete", deleteSchema);
  const keys = entries.map(({ Key }) => Key);
  for (const key of keys) checkKey(key);
  const blobIds = await context.store.index.deleteObjects(bucketName(context), keys);
  await removeBlobs(context.store, blobIds);
  const deleted = Quiet === "true" ? [] : keys.map((key) => ({ Key: key }));
  sendXml(context.response, 200, "DeleteResult", { Deleted: deleted });
}

/** What the headers of a request say about the object that it makes. */
export function readHeaders(http: IncomingMessage): ObjectAttributes {
  const values = Object.keys(http.headersDistinct).map((name) => [name, header(http, name) ?? ""] as const);
  return readAttributes(values, readTagsHeader(header(http, "x-amz-tagging")));
}

interface CopySource {
  bucket: string;
  key: string;
}

function readCopySource(text: string): CopySource {
  const [path = "", versionId] = text.split("?versionId=");
  if (versionId !== undefined) throw notImplemented("versions (versionId in x-amz-copy-source)");
  const parts = /^\/?([^/]+)\/(.+)$/s.exec(decodePart(path));
  if (!parts) {
    throw new S3Error("InvalidArgument", "Copy Source must mention the source bucket and key: bucket/key");
  }
  const [, bucket = "", key = ""] = parts;
  checkKey(key);
  return { bucket, key };
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
