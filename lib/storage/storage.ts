import "server-only";
import { randomBytes } from "node:crypto";
import path from "node:path";
import type { Readable } from "node:stream";
import { AppError } from "@/lib/errors";
import type { BucketClient } from "./bucket-client";
import { copyObject } from "./copy-object";
import { deleteObjects } from "./delete-objects";
import { getObject, headObject, type ObjectMetadata, type OpenOptions } from "./get-object";
import { listObjects } from "./list-objects";
import { isName, requireName } from "./names";
import { type PostGrant, presignPost } from "./post-policy";
import { type ObjectBody, type ObjectHeaders, piecesOf, putInParts, putKnown, putObject } from "./put-object";
import { isCode } from "./s3-failure";
import { type PutGrant, presignPut } from "./signed-put";
import { signGetUrl, type UrlOptions } from "./signed-url";

export interface LocationRules {
  /** what saved objects say, unless told otherwise */
  cacheControl: string;
  /** where the whole location can be read by anyone; left out, it is private, and its URLs are signed */
  publicUrl?: string;
}

export interface SaveOptions {
  type: string;
  cacheControl?: string;
  disposition?: string;
  encoding?: string;
  custom?: Record<string, string>;
  /** replaces what has this name; otherwise the object takes another name beside it */
  overwrite?: boolean;
}

export type UploadGrant =
  | { method: "POST"; url: string; fields: Record<string, string> }
  | { method: "PUT"; url: string; headers: Record<string, string> };

export interface ListedObject {
  name: string;
  bytes: number;
  modifiedAt: Date;
}

/**
 * A location in a bucket: everything under one top prefix. Names are paths inside it, and none leads out of it. What the
 * store refuses is a StorageError.
 */
export class Storage {
  constructor(
    readonly bucket: BucketClient,
    readonly location: string,
    readonly rules: LocationRules = { cacheControl: "no-store" },
  ) {}

  /** The whole key of a name. Throws AppError `invalid_name` for a name that would leave the location. */
  key(name: string): string {
    return `${this.location}/${requireName(this.location, name)}`;
  }

  /** The name of a whole key. Throws AppError `invalid_name` for a key outside this location. */
  nameOf(key: string): string {
    if (!key.startsWith(`${this.location}/`))
      throw new AppError("invalid_name", `${key} is not under ${this.location}/.`);
    return requireName(this.location, key.slice(this.location.length + 1));
  }

  /** What the store knows about the object; null where there is none. */
  async metadata(name: string): Promise<ObjectMetadata | null> {
    return await headObject(this.bucket, this.key(name));
  }

  async exists(name: string): Promise<boolean> {
    return (await this.metadata(name)) !== null;
  }

  /** Length in bytes. Throws AppError `not_found`. */
  async size(name: string): Promise<number> {
    return (await this.requireMetadata(name)).bytes;
  }

  /** When it was stored. Throws AppError `not_found`. */
  async modifiedAt(name: string): Promise<Date> {
    return (await this.requireMetadata(name)).modifiedAt;
  }

  /** Its bytes, or a range of them, as they come. Throws AppError `not_found`, or `changed` where it has another ETag. */
  async open(name: string, options: OpenOptions = {}): Promise<Readable> {
    try {
      return (await getObject(this.bucket, this.key(name), options)).body;
    } catch (error) {
      throw isCode(error, "no_object") ? this.notFound(name) : error;
    }
  }

  /** What `open` gives, in memory: for what is known to be small. */
  async read(name: string, options: OpenOptions = {}): Promise<Buffer> {
    if (options.range !== undefined && options.range.start >= options.range.end) return Buffer.alloc(0);
    return await inMemory(await this.open(name, options));
  }

  /** At most so many of its first bytes, and whose they are; null where there is no object. */
  async readStart(
    name: string,
    maxBytes: number,
  ): Promise<{ bytes: Buffer; etag: string; totalBytes: number } | null> {
    try {
      const range = { start: 0, end: maxBytes };
      const { body, ...object } = await getObject(this.bucket, this.key(name), { range });
      return { bytes: await inMemory(body), ...object };
    } catch (error) {
      if (isCode(error, "no_object")) return null;
      // One that is empty has no first byte.
      if (isCode(error, "out_of_range")) return { bytes: Buffer.alloc(0), etag: "", totalBytes: 0 };
      throw error;
    }
  }

  /**
   * Stores the body under this name and returns the name it took: another one beside it where this one is taken, unless
   * `overwrite` says to replace it. What is longer than 8 MiB goes in parts, with little of it in memory; such a one fails
   * with `precondition_failed` if another takes the name while it is on its way. Where the store heeds no conditions of writes, it is
   * asked first whether the name is taken: of two that save one name at the same moment the later one then replaces the other.
   */
  async save(name: string, body: ObjectBody, options: SaveOptions): Promise<string> {
    const put = { headers: this.headersOf(options), overwrite: options.overwrite ?? false };
    const pieces = piecesOf(body);
    const first = (await pieces.next()).value ?? Buffer.alloc(0);
    const second = await pieces.next();
    if (second.done) return await this.saveWhole(name, first, put);
    const free = put.overwrite || !(await this.exists(name)) ? name : alternative(name);
    await putInParts(this.bucket, this.key(free), chain([first, second.value], pieces), put);
    return free;
  }

  /**
   * Stores bytes of which length and digests (base64) are known, in place of what has the name, whole however long they are. A
   * stream to a store that compares MD5 needs `md5`.
   */
  saveKnown(
    name: string,
    body: Readable | Uint8Array,
    known: { type: string; bytes: number; sha256: string; md5?: string | undefined },
  ): Promise<void> {
    return putKnown(this.bucket, this.key(name), body, known);
  }

  /**
   * Copies an object to here within the store, in place of what has the name. Throws AppError `changed` where it has another
   * ETag than `ifMatch`, and the store heeds that (`copyConditions` of its traits); what was copied then is not to be used. With a `type` the copy says that, and what `custom` has, of itself and
   * nothing else, whatever its source says. Resolves to the SHA-256 of what was copied as the store has it, null where it tells none.
   */
  async copy(
    source: { name: string; storage?: Storage },
    name: string,
    {
      ifMatch,
      type,
      custom,
    }: Pick<OpenOptions, "ifMatch"> & Partial<Pick<SaveOptions, "type" | "custom">> = {},
  ): Promise<string | null> {
    const { storage: from = this } = source;
    const options = {
      ...(ifMatch !== undefined && { ifMatch }),
      ...(type !== undefined && { headers: { ContentType: type, ...(custom && { Metadata: custom }) } }),
    };
    try {
      return await copyObject(this.bucket, from.key(source.name), this.key(name), options);
    } catch (error) {
      if (ifMatch === undefined && isCode(error, "no_object")) throw from.notFound(source.name);
      throw error;
    }
  }

  /**
   * Deletes the objects; those that are not there count as deleted. Where the bucket keeps versions, all versions of them go, as
   * far as the credentials allow it.
   */
  async delete(names: string[]): Promise<void> {
    const keys = names.map((name) => this.key(name));
    await deleteObjects(this.bucket, keys, { allVersions: this.bucket.traits.versions !== "none" });
  }

  /**
   * The folders and objects of a folder, or with `recursive` all objects under it, page by page, in the order of the store: that of
   * their names on S3. Keys that are no names, like the empty objects that consoles show as folders, are not in it.
   */
  async *listdir(
    folder = "",
    { recursive = false } = {},
  ): AsyncGenerator<{ folders: string[]; files: ListedObject[] }> {
    const prefix = folder === "" ? `${this.location}/` : `${this.key(folder)}/`;
    const inside = (key: string) => key.slice(this.location.length + 1);
    for await (const { folders, objects } of listObjects(this.bucket, prefix, { recursive })) {
      yield {
        folders: folders.map(inside).filter(isName),
        files: objects
          .map(({ key, bytes, modifiedAt }) => ({ name: inside(key), bytes, modifiedAt }))
          .filter(({ name }) => isName(name)),
      };
    }
  }

  /** A URL at which a browser gets the object: signed and temporary (see signed-url.ts), unless the location is public. */
  async url(name: string, options: UrlOptions = {}): Promise<string> {
    const { publicUrl } = this.rules;
    if (publicUrl === undefined) return await signGetUrl(this.bucket, this.key(name), options);
    return `${publicUrl}/${requireName(this.location, name).split("/").map(encodeURIComponent).join("/")}`;
  }

  /** A form with which a browser may put this one object: see post-policy.ts. */
  postForm(name: string, grant: Omit<PostGrant, "key">) {
    return presignPost(this.bucket, { ...grant, key: this.key(name) });
  }

  /**
   * With which a browser may put this one object, as the store's traits say: a form (post-policy.ts), or a signed PUT
   * (signed-put.ts).
   */
  async uploadGrant(name: string, grant: Omit<PutGrant, "key">): Promise<UploadGrant> {
    if (this.bucket.traits.upload !== "put") return { method: "POST", ...(await this.postForm(name, grant)) };
    return { method: "PUT", ...(await presignPut(this.bucket, { ...grant, key: this.key(name) })) };
  }

  private async saveWhole(
    wanted: string,
    bytes: Uint8Array,
    put: { headers: ObjectHeaders; overwrite: boolean },
  ): Promise<string> {
    const looksFirst = !put.overwrite && !this.bucket.traits.writeConditions;
    for (let name = wanted; ; name = alternative(wanted)) {
      if (looksFirst && (await this.exists(name))) continue;
      try {
        await putObject(this.bucket, this.key(name), bytes, put);
        return name;
      } catch (error) {
        if (put.overwrite || !isCode(error, "precondition_failed")) throw error;
      }
    }
  }

  private headersOf({ type, cacheControl, disposition, encoding, custom }: SaveOptions): ObjectHeaders {
    return {
      ContentType: type,
      CacheControl: cacheControl ?? this.rules.cacheControl,
      ...(disposition !== undefined && { ContentDisposition: disposition }),
      ...(encoding !== undefined && { ContentEncoding: encoding }),
      ...(custom !== undefined && { Metadata: custom }),
    };
  }

  private async requireMetadata(name: string): Promise<ObjectMetadata> {
    const metadata = await this.metadata(name);
    if (metadata === null) throw this.notFound(name);
    return metadata;
  }

  private notFound(name: string): AppError {
    return new AppError("not_found", `There is no “${name}” in ${this.location}/.`);
  }
}

async function inMemory(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Another name in the same folder, with the same extension. */
function alternative(name: string): string {
  const { dir, name: stem, ext } = path.posix.parse(name);
  return path.posix.join(dir, `${stem}_${randomBytes(4).toString("hex")}${ext}`);
}

async function* chain<T>(first: T[], rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first;
  yield* rest;
}
