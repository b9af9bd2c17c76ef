import "server-only";
import { and, eq, inArray, type SQL } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { uploads } from "@/lib/db/schema";
import type { AppError } from "@/lib/errors";
import { isOpen, type Upload } from "./objects";

/** So many uploads at a time are noted as being verified, in one round trip. */
const notedAtOnce = 25;

/** Notes that an upload is being verified, and those that come after it too. Says whether it was still open. */
export function noting(toVerify: Upload[]): (upload: Upload) => Promise<boolean> {
  const batches = new Map<number, Promise<Set<string>>>();
  const place = new Map(toVerify.map(({ id }, index) => [id, Math.floor(index / notedAtOnce)]));
  const noteBatch = async (batch: number) => {
    const ids = toVerify.slice(batch * notedAtOnce, (batch + 1) * notedAtOnce).map(({ id }) => id);
    const rows = await database()
      .orm.update(uploads)
      .set({ state: "verifying" })
      .where(and(inArray(uploads.id, ids), isOpen))
      .returning({ id: uploads.id });
    return new Set(rows.map(({ id }) => id));
  };
  return async ({ id }) => {
    const batch = place.get(id) ?? 0;
    const noted = batches.get(batch) ?? noteBatch(batch);
    batches.set(batch, noted);
    return (await noted).has(id);
  };
}

/** Gives back its id where it was still open. */
export const setState = (upload: Upload, state: "pending" | "verifying") => changing(upload, { state });

/** Ends an upload without an image, and frees what it reserved. Gives back its id where it was still open. */
export const endUpload = (
  upload: Upload,
  state: "rejected" | "abandoned",
  reason?: AppError,
  condition?: SQL,
) =>
  changing(
    upload,
    {
      state,
      reservedBytes: 0,
      errorCode: reason?.code ?? null,
      errorMessage: reason?.message ?? null,
      errorValues: reason?.values ?? null,
    },
    condition,
  );

const changing = (upload: Upload, values: Partial<Upload>, condition?: SQL) =>
  database()
    .orm.update(uploads)
    .set(values)
    .where(and(eq(uploads.id, upload.id), isOpen, condition))
    .returning({ id: uploads.id });
