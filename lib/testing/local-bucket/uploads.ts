import * as s3 from "@aws-sdk/client-s3";
import type { TestBucket } from "./test-server";

/** A multipart upload as a test goes through it. */
export interface TestUpload {
  id: string;
  sendPart(number: number, Body: Buffer): Promise<s3.CompletedPart>;
  /** Makes a part of another object; resolves with what the store says of it. */
  copyPart(
    number: number,
    CopySource: string,
    more?: Partial<s3.UploadPartCopyCommandInput>,
  ): Promise<s3.CompletedPart & s3.CopyPartResult>;
  listParts(): Promise<s3.Part[]>;
  complete(
    Parts: s3.CompletedPart[],
    more?: Partial<s3.CompleteMultipartUploadCommandInput>,
  ): Promise<s3.CompleteMultipartUploadCommandOutput>;
  abort(): Promise<void>;
}

/** Begins an upload. It is sent with the client that the bucket has at that moment. */
export async function beginUpload(
  { client, bucket }: TestBucket,
  Key: string,
  options: Partial<s3.CreateMultipartUploadCommandInput> = {},
): Promise<TestUpload> {
  const object = { Bucket: bucket, Key };
  const { UploadId = "" } = await client.send(new s3.CreateMultipartUploadCommand({ ...object, ...options }));
  const at = { ...object, UploadId };
  return {
    id: UploadId,
    sendPart: async (PartNumber, Body) => {
      const { ETag } = await client.send(new s3.UploadPartCommand({ ...at, PartNumber, Body }));
      return { PartNumber, ETag };
    },
    copyPart: async (PartNumber, CopySource, more = {}) => {
      const command = new s3.UploadPartCopyCommand({ ...at, PartNumber, CopySource, ...more });
      const { CopyPartResult } = await client.send(command);
      return { PartNumber, ...CopyPartResult };
    },
    listParts: async () => (await client.send(new s3.ListPartsCommand(at))).Parts ?? [],
    complete: (Parts, more = {}) =>
      client.send(new s3.CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts }, ...more })),
    abort: async () => {
      await client.send(new s3.AbortMultipartUploadCommand(at));
    },
  };
}

/** Uploads parts one after another, and completes them. */
export async function uploadParts(
  bucket: TestBucket,
  key: string,
  bodies: readonly Buffer[],
  options: Partial<s3.CreateMultipartUploadCommandInput> = {},
): Promise<s3.CompleteMultipartUploadCommandOutput> {
  const upload = await beginUpload(bucket, key, options);
  const parts: s3.CompletedPart[] = [];
  for (const [i, body] of bodies.entries()) parts.push(await upload.sendPart(i + 1, body));
  return await upload.complete(parts);
}

/** The ranges of bytes of parts that come one after another, as x-amz-copy-source-range has them. */
export function rangesOf(bodies: readonly Buffer[]): string[] {
  let start = 0;
  return bodies.map(({ length }) => {
    start += length;
    return `bytes=${start - length}-${start - 1}`;
  });
}
