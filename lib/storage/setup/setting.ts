import type { Env } from "@/lib/env";
import type { StorageCode } from "@/lib/error-codes";
import type { BucketClient } from "../bucket-client";
import { StorageError } from "../s3-failure";
import type { Traits } from "../stores/traits";

export interface Wishes {
  /** whose pages may send to the bucket */
  origins: string[];
  /** the folders of the locations */
  locations: Env["locations"];
  /** whether older versions are to end, where the bucket keeps them */
  expireVersions?: boolean;
}

/** What is known of the store's settings; null: nothing. */
export type Known = Pick<Traits, "cors" | "policies" | "lifecycle">;

/** What setup finds out of them. */
export type Found = Known & { versions: "none" | "on" | null };

/** What is not as it should be, and how it becomes so. */
export interface Change {
  id: string;
  /** what is done, as a command: “Create …” */
  what: string;
  /** why Pail needs it */
  why: string;
  apply(): Promise<void>;
  /** what was done, once it is applied; left out: `what` */
  done?(): string;
  /** what the store lacks where it does not take it, or does not keep it; left out: `what` */
  lack?: string;
  /** why that is so; left out: the store's own words */
  whyNot?: string;
  /** what is known of the store then */
  otherwise?: Partial<Found>;
  /** Whether somebody asked for it, or nothing works without it: then it is no mere lack. */
  isNeeded?: boolean;
}

/** What this store cannot do, and why that is so. */
export interface Unsupported {
  what: string;
  why: string;
}

/** What was refused, though it is needed or could be allowed. */
export interface Refusal extends Unsupported {
  /** of the change, or of the setting that could not be read */
  id: string;
  code: StorageCode;
}

export interface Proposal {
  changes: Change[];
  unsupported?: Unsupported[];
  refused?: Refusal[];
  /** what somebody may decide, as a sentence that says how */
  offers?: string[];
  found?: Partial<Found>;
  /** why this store cannot have it, where that is known without trying */
  cannot?: string;
}

/** What remains to be said where a setting could not be made. */
export type Remainder = Pick<Proposal, "unsupported" | "refused" | "found">;

/** One of the things that a bucket needs. */
export interface Setting {
  id: string;
  /** its name, for a store that does not know it */
  name: string;
  /** what is known of a store that does not know it */
  otherwise?: Partial<Found>;
  /**
   * Looks, and changes nothing. A list, as one setting may need several changes, or none. What is known of the store is not proposed
   * in vain; `null`: everything is to be tried.
   */
  propose(bucket: BucketClient, wishes: Wishes, known?: Partial<Known> | null): Promise<Proposal>;
  /** Tries, once it is made, whether the store acts on it. */
  verify?(bucket: BucketClient, wishes: Wishes): Promise<Unsupported[]>;
  /** What it means that the store cannot have it; left out: that it lacks it. */
  without?(bucket: BucketClient, wishes: Wishes, why: string): Promise<Remainder>;
}

/**
 * The present value of a setting; null where there is none, or no bucket yet. Throws StorageError `not_supported` where the
 * store does not know the setting: some say so, and some answer as if something else had been asked.
 */
export async function presentValue<T>(
  { host }: BucketClient,
  operation: string,
  ask: () => Promise<T | undefined>,
): Promise<T | null> {
  try {
    const value = await ask();
    if (value !== undefined) return value;
  } catch (error) {
    // S3 has a code for each setting, others say NotFound: what is known, and not there, is 404 everywhere.
    if (error instanceof StorageError && error.s3Status === 404) return null;
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

/** The same of a setting of which an empty answer says that there is none, as Garage's of CORS. */
export async function presentList<T>(
  bucket: BucketClient,
  operation: string,
  ask: () => Promise<T[] | undefined>,
): Promise<T[]> {
  return (await presentValue(bucket, operation, async () => (await ask()) ?? [])) ?? [];
}

/** Does the store not know it, or not take it as it is asked to? Then it goes without. */
export const isLack = (error: unknown): boolean =>
  error instanceof StorageError && ["not_supported", "store_refused"].includes(error.code);

/** With these no other setting could be made either. */
const endsAll: ReadonlySet<StorageCode> = new Set([
  "unreachable",
  "no_credentials",
  "credentials_wrong",
  "credentials_expired",
  "clock_skew",
  "wrong_region",
  "no_bucket",
]);

/** The error itself, where it says something of one setting. Throws it where it is about the connection, the credentials or the bucket. */
export function requireSettingAtFault(error: unknown): StorageError {
  if (!(error instanceof StorageError) || endsAll.has(error.code)) throw error;
  return error;
}

/** What the store said, in its own words where it has some. The same each time, so without the request's id. */
export function wordsOf({ code, what, operation, s3Code, said }: StorageError): string {
  const words = said === null || code === "not_supported" ? what : `${what}: “${said}”`;
  return `${words}. (${[operation, s3Code].join(", ")})`;
}

/** What was known, and what has been found out since. */
export function knownAfter(known: Known, { cors, policies, lifecycle }: Found): Known {
  return {
    cors: cors ?? known.cors,
    policies: policies ?? known.policies,
    lifecycle: lifecycle ?? known.lifecycle,
  };
}
