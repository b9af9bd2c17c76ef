import type { Body } from "../wire/body";
import { type Checksums, Digester } from "../wire/checksums";
import type { Blob } from "./blob-registry";
import type { Precondition } from "./object-index";
import type { ObjectAttributes, ObjectRecord } from "./records";
import type { Store } from "./store";

export interface NewObject {
  bucket: string;
  key: string;
  attributes: ObjectAttributes;
  check?: Precondition | undefined;
}

/** A body that was taken in and checked, and that no row names yet. */
export interface StoredBody {
  blob: Blob;
  /** Its MD5 in hex. */
  etag: string;
  checksums: Checksums;
}

/** Takes a body in, checks it, and makes it an object. Whatever goes wrong, nothing of it stays. */
export async function storeObject(store: Store, object: NewObject, body: Body): Promise<ObjectRecord> {
  const { blob, etag, checksums } = await storeBody(store, body);
  return await commitObject(store, object, [blob], { size: blob.size, etag, checksums });
}

/** Takes a body in and checks it. Whatever goes wrong, nothing of it stays. */
export async function storeBody(store: Store, { chunks, expected }: Body): Promise<StoredBody> {
  const digester = new Digester(expected);
  let checksums: Checksums = {};
  const checked = async function* () {
    for await (const chunk of chunks) {
      digester.update(chunk);
      yield chunk;
    }
    checksums = await digester.verify();
  };
  const id = await store.blobs.write(checked());
  const { size, md5Hex: etag, sha256 } = digester;
  return { blob: { id, size, sha256 }, etag, checksums };
}

/** Makes an object of blobs that are on the disk and in no row. */
export async function commitObject(
  store: Store,
  { bucket, key, attributes, check }: NewObject,
  blobs: readonly Blob[],
  content: Pick<ObjectRecord, "size" | "etag" | "checksums">,
): Promise<ObjectRecord> {
  const blobIds = blobs.map(({ id }) => id);
  const object: ObjectRecord = { ...attributes, ...content, blobIds, modifiedAt: store.now().getTime() };
  await commitBlobs(store, blobIds, () => store.index.saveObject(bucket, key, object, blobs, check));
  return object;
}

/** Runs the write that names new blobs in the index, and then lets go of those that it resolves with. */
export async function commitBlobs(
  store: Store,
  newIds: readonly string[],
  write: () => Promise<string[]>,
): Promise<void> {
  let replaced: string[];
  try {
    replaced = await write();
  } catch (error) {
    // Where a disk fails in the middle of it, the next start finds out whether the rows are there.
    if (!isDiskFailure(error)) for (const id of newIds) await store.blobs.drop(id);
    throw error;
  }
  for (const id of newIds) await store.blobs.finish(id);
  await removeBlobs(store, replaced);
}

/** Runs something with an object's blobs kept in place, should the object be replaced or deleted meanwhile. */
export async function holdBlobs<T>(
  store: Store,
  { blobIds }: ObjectRecord,
  run: () => Promise<T>,
): Promise<T> {
  const release = store.blobs.hold(blobIds);
  try {
    return await run();
  } finally {
    await removeBlobs(store, release());
  }
}

/** Removes files that no row names any more. If that fails the answer is still right, so it is only reported. */
export async function removeBlobs(store: Store, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    try {
      if (await store.blobs.remove(id)) store.registry.forget(id);
    } catch (error) {
      store.report(`blob ${id} could not be removed`, error);
    }
  }
}

function isDiskFailure(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_IOERR");
}
