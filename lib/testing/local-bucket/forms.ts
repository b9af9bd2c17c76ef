import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { type Answer, send } from "./raw-http";
import { sha256, type TestBucket } from "./test-server";

export interface Form {
  fields: Record<string, string>;
  file: Buffer;
  filename?: string;
}

/** A form as the app would sign it: everything about the object is pinned. */
export async function pinnedForm({ client, bucket }: TestBucket, key: string, file: Buffer): Promise<Form> {
  const { fields } = await createPresignedPost(client, {
    Bucket: bucket,
    Key: key,
    Expires: 600,
    Fields: {
      "Content-Type": "image/png",
      "x-amz-checksum-algorithm": "SHA256",
      "x-amz-checksum-sha256": sha256(file),
      "x-amz-meta-owner": "alice",
      success_action_status: "201",
    },
    Conditions: [["content-length-range", file.length, file.length]],
  });
  return { fields, file };
}

export const boundary = "a-boundary-of-our-own";

/** The bytes of a form, file last. */
export function encodeForm({ fields, file, filename = "a.png" }: Form): Buffer {
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  );
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: image/png\r\n\r\n`;
  return Buffer.concat([...parts, Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

/** Posts bytes as a form. */
export function postBytes(
  { endpoint, bucket }: TestBucket,
  chunks: readonly Buffer[],
  headers: Record<string, string> = {},
): Promise<Answer> {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return send(
    `${endpoint}/${bucket}`,
    "POST",
    { "Content-Type": `multipart/form-data; boundary=${boundary}`, "Content-Length": length, ...headers },
    chunks,
  );
}

export function postForm(
  server: TestBucket,
  form: Form,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return postBytes(server, [encodeForm(form)], headers);
}
