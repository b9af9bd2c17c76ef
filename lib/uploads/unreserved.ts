import "server-only";
import { and, eq, gt, not, sql } from "drizzle-orm";
import type { BatchResponse } from "drizzle-orm/batch";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { plainForms, uploads, users } from "@/lib/db/schema";
import { env } from "@/lib/env";
import { incoming } from "@/lib/storage/locations";
import { isOpen, uploadIdOf } from "./objects";

/** What lies under incoming/ or may yet be put there by forms whose upload has ended, or that never were of one. */
export interface Unreserved {
  /** the most that these forms let through */
  usableBytes: number;
  /** what they have put, and the sweep has not taken away; 0 where the quota has room for all that they could have */
  leftBytes: number;
}

/** After its last policy ended, an upload is left alone this long: something may still be on its way. */
export const graceSeconds = 10 * 60;
/** How long after that it may lie there: the sweep comes every five minutes, and may be late. */
const sweptWithinSeconds = 15 * 60;
const mostFoldersListed = 8;

/**
 * What counts against the owner's quota beside what is stored and reserved. The bucket is asked only where it matters. See
 * "Quota" in README.md.
 *
 * @param wantedBytes to be reserved now
 * @param exceptId of an upload whose object is to be reserved now
 */
export async function findUnreserved(
  ownerId: string,
  wantedBytes: number,
  exceptId?: string,
): Promise<Unreserved> {
  return unreservedOf(await database().together(formsAsked(ownerId)), wantedBytes, exceptId);
}

/** The same of what `formsAsked` has given. */
export async function unreservedOf(
  rows: FormRows,
  wantedBytes: number,
  exceptId?: string,
): Promise<Unreserved> {
  const [user] = rows[2];
  const forms = recentForms(rows).filter(({ id }) => id !== exceptId);
  if (forms.length === 0) return { usableBytes: 0, leftBytes: 0 };
  const overSince = new Date(now().getTime() - graceSeconds * 1000);
  const usableBytes = sumOf(forms.filter(({ expiresAt }) => expiresAt > overSince));
  const fits = (user?.usedBytes ?? 0) + wantedBytes + sumOf(forms) <= env().userQuotaBytes;
  const leftBytes = fits ? 0 : await bytesLeftBy(forms.filter(({ isReserved }) => !isReserved));
  return { usableBytes, leftBytes };
}

const sumOf = (forms: RecentForm[]): number => forms.reduce((sum, { bytes }) => sum + bytes, 0);

interface RecentForm {
  id: string;
  bytes: number;
  expiresAt: Date;
  /** Whether what lies there is counted with an open upload. */
  isReserved: boolean;
}

type FormRows = BatchResponse<ReturnType<typeof formsAsked>>;

/** For a batch: the forms that can be used, or whose objects the sweep may not have taken away, and what their owner uses. */
export function formsAsked(ownerId: string) {
  const { orm } = database();
  const since = new Date(now().getTime() - (graceSeconds + sweptWithinSeconds) * 1000);
  const offeredBytes = sql<number>`(select coalesce(sum(json_extract(object.value, '$.bytes')), 0)
    from json_each(${uploads.objects}) as object)`;
  return [
    orm
      .select({ id: uploads.id, bytes: offeredBytes, expiresAt: uploads.expiresAt })
      .from(uploads)
      .where(and(eq(uploads.ownerId, ownerId), gt(uploads.expiresAt, since), not(isOpen))),
    orm
      .select({
        id: plainForms.id,
        bytes: plainForms.maxBytes,
        expiresAt: plainForms.expiresAt,
        openUpload: uploads.id,
      })
      .from(plainForms)
      .leftJoin(uploads, and(eq(uploads.id, plainForms.id), isOpen))
      .where(and(eq(plainForms.ownerId, ownerId), gt(plainForms.expiresAt, since))),
    orm.select({ usedBytes: users.usedBytes }).from(users).where(eq(users.id, ownerId)),
  ] as const;
}

function recentForms([ended, plain]: FormRows): RecentForm[] {
  const forms = [
    ...ended.map((form) => ({ ...form, isReserved: false })),
    // One that has become an upload lets through more than that says.
    ...plain.map(({ openUpload, ...form }) => ({ ...form, isReserved: openUpload !== null })),
  ];
  return [...new Map(forms.map((form) => [form.id, form])).values()];
}

/** Of many forms it is faster to look through all that is on its way. */
async function bytesLeftBy(forms: RecentForm[]): Promise<number> {
  const ids = new Set(forms.map(({ id }) => id));
  const folders = ids.size > mostFoldersListed ? [""] : [...ids];
  const counts = folders.map(async (folder) => {
    let bytes = 0;
    for await (const { files } of incoming().listdir(folder, { recursive: true }))
      for (const file of files) if (ids.has(uploadIdOf(file.name))) bytes += file.bytes;
    return bytes;
  });
  return (await Promise.all(counts)).reduce((sum, bytes) => sum + bytes, 0);
}
