import type { Env } from "@/lib/env";
import type { BucketClient } from "../bucket-client";
import { StorageError } from "../s3-failure";

export interface Wishes {
  /** whose pages may send to the bucket */
  origins: string[];
  /** the folders of the locations */
  locations: Env["locations"];
}

/** What is not as it should be, and how it becomes so. */
export interface Change {
  id: string;
  /** what is done, as a command: “Create …” */
  what: string;
  /** why Pail needs it */
  why: string;
  apply(): Promise<void>;
}

/** What this store cannot do, and why that is so. */
export interface Unsupported {
  what: string;
  why: string;
}

/** One of the things that a bucket needs. */
export interface Setting {
  id: string;
  /** its name, for a store that does not know it */
  name: string;
  /** Looks, and changes nothing. A list, as one setting may need several changes, or none. */
  propose(bucket: BucketClient, wishes: Wishes): Promise<{ changes: Change[]; unsupported?: Unsupported[] }>;
  /** Tries, once it is made, whether the store acts on it. */
  verify?(bucket: BucketClient, wishes: Wishes): Promise<Unsupported[]>;
}

/**
 * The present value of a setting; null where there is none, or no bucket yet. Throws StorageError `not_supported` where the
 * store does not know the setting: some say so, and some answer as if something else had been asked.
 */
export async function presentValue<T>(
  { host }: BucketClient,
  operation: string,
  absentCode: string,
  ask: () => Promise<T | undefined>,
): Promise<T | null> {
  try {
    const value = await ask();
    if (value !== undefined) return value;
  } catch (error) {
    if (error instanceof StorageError && [absentCode, "NoSuchBucket"].includes(error.s3Code)) return null;
    throw error;
  }
  throw new StorageError(
    "not_supported",
    `${host} does not know ${operation}`,
    "do without it",
    operation,
    "NoAnswer",
  );
}
