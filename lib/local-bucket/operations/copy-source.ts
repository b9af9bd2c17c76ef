import { checkKey, decodePart } from "../wire/request";
import { notImplemented, S3Error } from "../wire/s3-error";

interface CopySource {
  bucket: string;
  key: string;
}

export function readCopySource(text: string): CopySource {
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
