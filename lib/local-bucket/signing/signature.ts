import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { S3Error } from "../wire/s3-error";

/** What signs for one account on one day, in one region. */
export interface SigningKey {
  accessKeyId: string;
  key: Uint8Array;
}

/** Refuses a signature over the text that is not the account's. Details tell the signer how the text came about. */
export function checkSignature(
  { accessKeyId, key }: SigningKey,
  stringToSign: string,
  given: string,
  details: Record<string, string> = {},
): void {
  const expected = createHmac("sha256", key).update(stringToSign).digest("hex");
  if (sameText(given, expected)) return;
  throw new S3Error(
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    { AWSAccessKeyId: accessKeyId, StringToSign: stringToSign, SignatureProvided: given, ...details },
  );
}

/** Compares secrets in a time that says nothing about where they differ. */
export function sameText(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
