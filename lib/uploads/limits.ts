import "server-only";
import { type SQL, sql } from "drizzle-orm";
import { uploads, users } from "@/lib/db/schema";
import { env } from "@/lib/env";
import type { Failure } from "@/lib/errors";
import { sayBytes } from "@/lib/images/limits";
import { bucketClient } from "@/lib/storage/bucket-client";
import type { PageLimits } from "./contract";
import { wantedDigests } from "./digests";
import { isOpen } from "./objects";
import type { Unreserved } from "./unreserved";

/** Uploads that one user may have under way. */
const maxOpenUploads = 1000;

/** What pages are told. They do not wait until it is known what the store can: begin says so where they lack something. */
export const pageLimits = (): PageLimits => ({
  ...env().limits,
  digests: wantedDigests(bucketClient().traits),
});

export const tooLarge = (): Failure => ({
  code: "too_large",
  message: `It is larger than ${sayBytes(env().limits.maxBytes)}, the most that Pail takes. Choose a smaller one.`,
  values: { maxBytes: env().limits.maxBytes },
});

/**
 * For the statement that reserves them: whether the quota has room for so many bytes more. With all that could be put by forms
 * that nobody reserves for any more there is never more than twice the quota.
 */
export function hasRoomFor(ownerId: string, bytes: number, { leftBytes, usableBytes }: Unreserved): SQL {
  const { userQuotaBytes } = env();
  const most = Math.min(userQuotaBytes - leftBytes, 2 * userQuotaBytes - usableBytes);
  return sql`(select ${users.usedBytes} from ${users} where ${users.id} = ${ownerId}) + ${bytes} <= ${most}`;
}

/** For the statement that inserts it: whether its owner may have one more upload under way. */
export const mayOpenAnother = (ownerId: string): SQL => sql`
  (select count(*) from ${uploads} where ${uploads.ownerId} = ${ownerId} and ${isOpen}) < ${maxOpenUploads}`;
