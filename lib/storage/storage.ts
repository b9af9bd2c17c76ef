import "server-only";
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { type BucketClient, bucketClient } from "./bucket-client";
import { type PostGrant, presignPost } from "./post-policy";
import { signGetUrl, type UrlOptions } from "./signed-url";

export interface ObjectStat {
  bytes: number;
  etag: string;
  /** base64; null where the store keeps none */
  sha256: string | null;
}

export interface ListedObject {
  name: string;
  bytes: number;
  modifiedAt: Date;
}

/** DeleteObjects takes no more at once. */
const maxKeysPerDelete = 1000;

/** A location in a bucket: everything under one top prefix. Names are paths inside it. */
export class Storage {
  constructor(
    readonly bucket: BucketClient,
    readonly location: string,
  ) {}

  /** The whole key of a name. Throws AppError `invalid_name` for a name that would leave the location. */
  key(name: string): string {
    if (name === "" || name.split("/").some((part) => part === "" || part === "." || part === "..")) {
      throw new AppError("invalid_name", `“${name}” is not a name inside ${this.location}/.`);
    }
    return `${this.location}/${name}`;
  }

  /** The name of a whole key. Throws AppError `invalid_name` for a key outside this location. */
  nameOf(key: string): string {
    if (!key.startsWith(`${this.location}/`))
      throw new AppError("invalid_name", `${key} is not under ${this.location}/.`);
    return key.slice(this.location.length + 1);
  }

  /** Length, ETag and checksum of the object; null where there is none. */
  async stat(name: string): Promise<ObjectStat | null> {
    try {
      const head = await this.bucket.s3.send(
        new HeadObjectCommand({ ...this.target(name), ChecksumMode: "ENABLED" }),
      );
      return { bytes: head.ContentLength ?? 0, etag: head.ETag ?? "", sha256: head.ChecksumSHA256 ?? null };
    } catch (error) {
      if (isStatus(error, 404)) return null;
      throw error;
    }
  }

  /** Its bytes from `start` to before `end`. Throws AppError `changed` where it no longer has this ETag. */
  async read(name: string, etag: string, start: number, end: number): Promise<Uint8Array> {
    if (start >= end) return new Uint8Array();
    const { Body } = await unlessChanged(
      this.bucket.s3.send(
        new GetObjectCommand({ ...this.target(name), IfMatch: etag, Range: `bytes=${start}-${end - 1}` }),
      ),
    );
    return Body === undefined ? new Uint8Array() : Body.transformToByteArray();
  }

  /** All its bytes, as they come. Throws AppError `changed` where it no longer has this ETag. */
  async open(name: string, etag: string): Promise<AsyncIterable<Uint8Array>> {
    const { Body } = await unlessChanged(
      this.bucket.s3.send(new GetObjectCommand({ ...this.target(name), IfMatch: etag })),
    );
    return Body as unknown as AsyncIterable<Uint8Array>;
  }

  /**
   * Copies an object of another location to here, within the store. Throws AppError `changed` unless it is the one that was
   * checked; what was copied then is not to be used. Ceph takes no notice of the condition, so the answer is compared too:
   * by SHA-256 where the store keeps one, as an encrypting store gives every copy another ETag.
   */
  async copyFrom(
    source: Storage,
    sourceName: string,
    checked: { etag: string; sha256?: string },
    name: string,
  ): Promise<void> {
    const sourceKey = source.key(sourceName).split("/").map(encodeURIComponent).join("/");
    const { CopyObjectResult: copy } = await unlessChanged(
      this.bucket.s3.send(
        new CopyObjectCommand({
          ...this.target(name),
          CopySource: `${source.bucket.name}/${sourceKey}`,
          CopySourceIfMatch: checked.etag,
        }),
      ),
    );
    const { etag, sha256 = copy?.ChecksumSHA256 } = checked;
    const isChecked =
      copy?.ChecksumSHA256 === undefined ? sameEtag(copy?.ETag, etag) : copy.ChecksumSHA256 === sha256;
    if (!isChecked) throw changed();
  }

  /** Deletes the objects; those that are not there count as deleted. */
  async delete(names: string[]): Promise<void> {
    for (let start = 0; start < names.length; start += maxKeysPerDelete) {
      const batch = names.slice(start, start + maxKeysPerDelete);
      const { Errors } = await this.bucket.s3.send(
        new DeleteObjectsCommand({
          Bucket: this.bucket.name,
          Delete: { Quiet: true, Objects: batch.map((name) => ({ Key: this.key(name) })) },
        }),
      );
      const [first] = Errors ?? [];
      if (first !== undefined)
        throw new AppError("delete_failed", `The bucket kept ${first.Key}: ${first.Code}.`);
    }
  }

  /** Everything under this location, page by page. */
  async *list(): AsyncGenerator<ListedObject[]> {
    const prefix = `${this.location}/`;
    for await (const page of paginateListObjectsV2(
      { client: this.bucket.s3 },
      { Bucket: this.bucket.name, Prefix: prefix },
    )) {
      yield (page.Contents ?? []).map((object) => ({
        name: (object.Key ?? "").slice(prefix.length),
        bytes: object.Size ?? 0,
        modifiedAt: object.LastModified ?? new Date(0),
      }));
    }
  }

  /** A signed URL to look at the object or to download it: see signed-url.ts. */
  url(name: string, options: UrlOptions): Promise<string> {
    return signGetUrl(this.bucket, this.key(name), options);
  }

  /** A form with which a browser may put this one object: see post-policy.ts. */
  postForm(name: string, grant: Omit<PostGrant, "key">) {
    return presignPost(this.bucket, { ...grant, key: this.key(name) });
  }

  private target(name: string) {
    return { Bucket: this.bucket.name, Key: this.key(name) };
  }
}

/** Where browsers may write, and nothing is kept. */
export const incoming = () => new Storage(bucketClient(), env().locations.incoming);

/** What was verified. Never presigned for writing. */
export const media = () => new Storage(bucketClient(), env().locations.media);

function isStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}

async function unlessChanged<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (isStatus(error, 412) || isStatus(error, 404)) {
      throw changed(error);
    }
    throw error;
  }
}

const changed = (cause?: unknown): AppError =>
  new AppError(
    "changed",
    "The file changed while it was checked. Send it again.",
    cause ? { cause } : undefined,
  );

/** Ceph leaves the quotes out of a copy's ETag. */
const sameEtag = (one = "", other: string): boolean => one.replaceAll('"', "") === other.replaceAll('"', "");
