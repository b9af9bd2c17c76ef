"use client";

import type { PictureList } from "../_timeline/picture-list";

interface SelectMonthProps {
  list: PictureList;
  /** the indices of its first and its last picture */
  from: number;
  to: number;
}

/** The check at a month's heading: selects all of its pictures, also those that are not here yet, or none of them any more. */
export function SelectMonth(_props: SelectMonthProps) {
  return null;
}
