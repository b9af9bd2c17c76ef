import type { Result } from "@/lib/errors";
import { maxImagesPerAction } from "@/lib/images/contract";
import { answerOf } from "../answer-of";
import { favouriteMany } from "../image-actions";

/** Marks pictures as favourites, or no more: all of them, or as many as went before a failure. */
export async function setFavourite(ids: string[], on: boolean): Promise<Result<unknown>> {
  for (let start = 0; start < ids.length; start += maxImagesPerAction) {
    const result = await answerOf(favouriteMany({ ids: ids.slice(start, start + maxImagesPerAction), on }));
    if (!result.ok) return result;
  }
  return { ok: true, value: null };
}
