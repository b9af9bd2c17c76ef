import type { Failure, Result } from "@/lib/errors";
import { type EarlierDate, maxImagesPerAction } from "@/lib/images/contract";
import { answerOf } from "../answer-of";
import { refreshGallery } from "../gallery-changes";
import { offerUndo } from "../undo";
import { bringDatesBack, changeDates } from "./actions";
import { factsChanged } from "./fact-changes";

export type WantedDate =
  | { edit: "set"; at: string; zone: "kept" | "none" }
  | { edit: "shift"; minutes: number }
  | { edit: "reset" };

/**
 * Gives pictures another date, so many a request as an action takes: all or none, as those that went are taken back where one
 * fails. Those that are gone meanwhile are left out. What was done is offered to be undone. Returns why nothing was done, or null.
 *
 * @param say what was done
 * @param onProgress with how many are done
 */
export async function changeAllDates(
  ids: string[],
  date: WantedDate,
  say: (count: number) => string,
  onProgress: (done: number) => void,
): Promise<Failure | null> {
  const earlier: EarlierDate[] = [];
  let gone: Failure | null = null;
  for (let start = 0; start < ids.length; start += maxImagesPerAction) {
    const batch = ids.slice(start, start + maxImagesPerAction);
    const result = await answerOf(changeDates({ ...date, ids: batch }));
    if (result.ok) earlier.push(...result.value);
    else if (result.error.code === "not_found") gone = result.error;
    else return takeBack(earlier, result.error, say);
    onProgress(start + batch.length);
  }
  if (earlier.length === 0 && gone !== null) return gone;
  show();
  offerUndo(say(earlier.length), { kind: "dates", earlier });
  return null;
}

async function takeBack(
  earlier: EarlierDate[],
  failure: Failure,
  say: (count: number) => string,
): Promise<Failure> {
  let left = earlier;
  while (left.length > 0) {
    const result: Result<void> = await answerOf(bringDatesBack(left.slice(0, maxImagesPerAction)));
    if (!result.ok) break;
    left = left.slice(maxImagesPerAction);
  }
  // Nobody answers: what was done stays to be undone by hand.
  if (left.length > 0) offerUndo(say(left.length), { kind: "dates", earlier: left });
  if (earlier.length > 0) show();
  return failure;
}

function show(): void {
  factsChanged();
  refreshGallery();
}
