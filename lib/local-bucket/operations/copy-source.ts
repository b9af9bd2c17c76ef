import type { ObjectRecord } from "../index/records";
import { checkKey, decodePart, header } from "../wire/request";
import { S3Error } from "../wire/s3-error";
import { checkConditions, copyConditions, failed } from "./conditions";
import { checkExpectedOwner } from "./owner";
import type { SignedRequestContext } from "./request-context";
import { checkVersionId } from "./versions";

/** The object that a copy is made of. Refuses one that is not as the conditions of the copy want it. */
export function getCopySource(context: SignedRequestContext, { bucket, key }: CopySource): ObjectRecord {
  const { http } = context.request;
  checkExpectedOwner(context, bucket, "x-amz-source-expected-bucket-owner");
  const object = context.store.index.getObject(bucket, key);
  if (checkConditions(http, copyConditions, object) === "not modified") {
    throw failed("x-amz-copy-source-if-none-match or -if-modified-since");
  }
  return object;
}

interface CopySource {
  bucket: string;
  key: string;
}

/** Where a request says that the object lies. */
export function readCopySource({ request }: SignedRequestContext): CopySource {
  const text = header(request.http, "x-amz-copy-source") ?? "";
  const [path = "", versionId] = text.split("?versionId=");
  if (versionId !== undefined) {
    checkVersionId(versionId, "x-amz-copy-source", "Version id cannot be the empty string");
  }
  const parts = /^\/?([^/]+)\/(.+)$/s.exec(decodePart(path));
  if (!parts) {
    throw new S3Error("InvalidArgument", "Copy Source must mention the source bucket and key: bucket/key");
  }
  const [, bucket = "", key = ""] = parts;
  checkKey(key);
  return { bucket, key };
}
