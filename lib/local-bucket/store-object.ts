import type { Body } from "./body";
import type { Store } from "./call";
import { type Checksums, Digester } from "./checksums";
import type { ObjectAttributes, ObjectRecord } from "./index-rows";
import type { Precondition } from "./object-index";
import { S3Error } from "./s3-error";

export interface NewObject {
  bucket: string;
  key: string;
  attributes: ObjectAttributes;
  check?: Precondition | undefined;
}

/** Takes a body in, checks it, and makes it an object. Whatever goes wrong, nothing of it stays. */
export async function storeBody(store: Store, object: NewObject, body: Body): Promise<ObjectRecord> {
  const digester = new Digester(body.expected);
  let checksums: Checksums = {};
  const checked = async function* () {
    for await (const chunk of body.chunks) {
      digester.update(chunk);
      yield chunk;
    }
    checksums = await digester.verify();
  };
  const blobId = await store.blobs.write(checked());
  const { size, md5Hex: etag } = digester;
  return await commit(store, object, { blobId, size, etag, checksums });
}

/** Makes an object of bytes that are already there under another name. */
export async function commit(
  store: Store,
  { bucket, key, attributes, check }: NewObject,
  content: Pick<ObjectRecord, "blobId" | "size" | "etag" | "checksums">,
): Promise<ObjectRecord> {
  const record: ObjectRecord = { ...attributes, ...content, modifiedAt: store.now().getTime() };
  let replaced: ObjectRecord | undefined;
  try {
    replaced = await store.index.saveObject(bucket, key, record, check);
  } catch (error) {
    // After a failure of the disk the row may be there all the same: a file too many is better than one too few.
    if (error instanceof S3Error) await removeBlobs(store, [record.blobId]);
    throw error;
  }
  if (replaced) await removeBlobs(store, [replaced.blobId]);
  return record;
}

/** Removes files that no row refers to. If that fails the answer is still right, so it is only reported. */
export async function removeBlobs(store: Store, blobIds: readonly string[]): Promise<void> {
  for (const blobId of blobIds) {
    await store.blobs.remove(blobId).catch((error: unknown) => {
      store.report(`blob ${blobId} could not be removed`, error);
    });
  }
}
