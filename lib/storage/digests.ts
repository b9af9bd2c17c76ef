import "server-only";
import { createHash } from "node:crypto";
import { Crc32c } from "@aws-sdk/checksums/crc";
import type { Digest } from "./contract";

/** In which header a digest is. */
export const digestHeaders = {
  sha256: "x-amz-checksum-sha256",
  crc32c: "x-amz-checksum-crc32c",
  md5: "content-md5",
} as const satisfies Record<Digest, string>;

/** As people know them. */
export const digestNames = {
  sha256: "SHA-256",
  crc32c: "CRC-32C",
  md5: "Content-MD5",
} as const satisfies Record<Digest, string>;

/** In base64, as S3's headers have it. */
export async function digestOf(digest: Digest, bytes: Uint8Array): Promise<string> {
  if (digest !== "crc32c") return createHash(digest).update(bytes).digest("base64");
  const crc32c = new Crc32c();
  crc32c.update(bytes);
  return Buffer.from(await crc32c.digest()).toString("base64");
}
