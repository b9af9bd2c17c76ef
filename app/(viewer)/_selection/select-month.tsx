"use client";

import { useCallback, useSyncExternalStore } from "react";
import { formatMonth } from "@/lib/texts/formats";
import { useLanguage, useTexts } from "../../_texts/provider";
import { useIsRunning } from "../../_ui/use-is-running";
import type { PictureList } from "../_timeline/picture-list";
import { Check } from "./check";
import { selectStretch } from "./select-range";
import { selection, subscribeToSelection, useIsSelecting } from "./selection";

interface SelectMonthProps {
  list: PictureList;
  /** the indices of its first and its last picture */
  from: number;
  to: number;
}

/** The check at a month's heading: selects all of its pictures, also those that are not here yet, or none of them any more. */
export function SelectMonth({ list, from, to }: SelectMonthProps) {
  const texts = useTexts("selection");
  const language = useLanguage();
  const isRunning = useIsRunning();
  const isSelecting = useIsSelecting();
  const state = useStretchState(list, from, to);
  if (!isRunning) return null;
  const first = list.at(from);
  return (
    <button
      type="button"
      aria-pressed={state}
      aria-label={
        first === null
          ? texts("selectStretch")
          : texts("selectMonth", { month: formatMonth(language, first.capturedAt) })
      }
      className={`select-month ${isSelecting ? "" : "select-mark-at-rest"}`}
      onClick={() => void selectStretch(list, from, to, state !== true)}
    >
      <Check state={state} on="page" />
    </button>
  );
}

function areAllSelected(list: PictureList, from: number, to: number): boolean {
  const selected = selection();
  let here = 0;
  for (let index = from; index <= to; index += 1) {
    const image = list.at(index);
    if (image !== null && !selected.has(image.id)) return false;
    if (image !== null) here += 1;
  }
  return here > 0;
}

/** As far as its pictures are here: of the others nobody knows which they are. */
function useStretchState(list: PictureList, from: number, to: number): boolean | "mixed" {
  const stateNow = useCallback(() => {
    const selected = selection();
    if (selected.size > to - from && areAllSelected(list, from, to)) return true;
    for (const id of selected.keys()) {
      const index = list.indexOf(id);
      if (index !== null && index >= from && index <= to) return "mixed";
    }
    return false;
  }, [list, from, to]);
  return useSyncExternalStore(subscribeToSelection, stateNow, () => false);
}
