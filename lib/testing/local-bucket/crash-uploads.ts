import { createHash } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import type { Content } from "./crash-ledger";
import { sha256, type TestBucket } from "./test-server";

/** An upload in parts as far as the server has acknowledged it. */
export interface PendingUpload {
  key: string;
  uploadId: string;
  content: Content;
  parts: s3.CompletedPart[];
  allPartsSent: boolean;
}

/** Makes an object of an upload's parts. Resolves with the object's ETag, without quotes. */
export async function completeUpload(
  { client, bucket }: TestBucket,
  upload: PendingUpload,
): Promise<string | undefined> {
  const { key: Key, uploadId: UploadId, parts: Parts } = upload;
  const { ETag } = await client.send(
    new s3.CompleteMultipartUploadCommand({ Bucket: bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );
  return ETag?.slice(1, -1);
}

/** The ETag of an object of parts is the MD5 of their MD5s, and how many there are. */
export function describeParts(parts: readonly Buffer[], metadata: Record<string, string>): Content {
  const whole = Buffer.concat(parts);
  const md5s = Buffer.concat(parts.map((part) => createHash("md5").update(part).digest()));
  const etag = `${createHash("md5").update(md5s).digest("hex")}-${parts.length}`;
  return { sha256: sha256(whole), etag, size: whole.length, metadata };
}
