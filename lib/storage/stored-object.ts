import "server-only";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import type { BucketClient } from "./bucket-client";
import { getObject, wholeSha256 } from "./get-object";
import type { ObjectHeaders } from "./put-object";
import { isCode } from "./s3-failure";

/** All of an object that another store is to keep as well, and by what it is known again. */
export interface StoredObject {
  bytes: number;
  etag: string;
  modifiedAt: Date;
  /** base64; null where the store tells none of the whole object */
  sha256: string | null;
  headers: ObjectHeaders;
}

/** null where there is none */
export async function findStoredObject(
  { s3, name }: BucketClient,
  key: string,
): Promise<StoredObject | null> {
  try {
    const head = await s3.send(new HeadObjectCommand({ Bucket: name, Key: key, ChecksumMode: "ENABLED" }));
    const expires = new Date(head.ExpiresString ?? "");
    return {
      bytes: head.ContentLength ?? 0,
      etag: head.ETag ?? "",
      modifiedAt: head.LastModified ?? new Date(0),
      sha256: wholeSha256(head.ChecksumSHA256),
      headers: {
        ContentType: head.ContentType ?? "application/octet-stream",
        ...given("CacheControl", head.CacheControl),
        ...given("ContentDisposition", head.ContentDisposition),
        ...given("ContentEncoding", head.ContentEncoding),
        ...given("ContentLanguage", head.ContentLanguage),
        ...(Number.isNaN(expires.getTime()) ? {} : { Expires: expires }),
        ...(Object.keys(head.Metadata ?? {}).length > 0 && { Metadata: head.Metadata }),
      },
    };
  } catch (error) {
    if (isCode(error, "no_object")) return null;
    throw error;
  }
}

/** The bytes of exactly this one. Throws AppError `changed` where there is another by now, or none. */
export const openStoredObject = async (bucket: BucketClient, key: string, { etag }: StoredObject) =>
  (await getObject(bucket, key, etag === "" ? {} : { ifMatch: etag })).body;

/** Stores leave empty headers out, or give them back as empty. */
const given = <K extends keyof ObjectHeaders>(name: K, value: string | undefined) =>
  value ? { [name]: value } : {};
