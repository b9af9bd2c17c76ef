import type { PictureSize } from "@/lib/images/contract";
import { toast } from "../../_ui/toaster";
import type { PictureList } from "../_timeline/picture-list";
import { pageWords } from "../page-words";
import { isSelecting, maxSelected, select, selectExactly, selection } from "./selection";

/** From where a range goes: the picture that was selected last by itself, and what was selected then. */
interface Anchor {
  list: PictureList;
  id: string;
  /** for when it is not among the pictures that are here any more */
  index: number;
  base: PictureSize[];
}

let anchor: Anchor | null = null;
/** Of two ranges that are asked for the later one counts, whichever comes first. */
let asked = 0;

/** Selects one picture, or does not any more; ranges go from there. */
export function toggle(picture: PictureSize, index: number, list: PictureList): void {
  asked += 1;
  sayLeft(select([picture], !selection().has(picture.id)));
  anchor = { list, id: picture.id, index, base: [...selection().values()] };
}

/** Selects all from the anchor to this picture, also those that are not here yet, instead of an earlier range from there. */
export async function selectTo(picture: PictureSize, index: number, list: PictureList): Promise<void> {
  const from = anchorIn(list);
  if (from === null) return toggle(picture, index, list);
  const start = list.indexOf(from.id) ?? from.index;
  const end = Math.min(Math.max(index, start - maxSelected + 1), start + maxSelected - 1);
  select([picture], true);
  await selectFetched(list, start, end, from.base, Math.abs(index - end));
}

/** As many as can be, from the first one on. */
export async function selectAll(list: PictureList): Promise<void> {
  const count = list.count();
  const last = Math.min(count, maxSelected) - 1;
  if (last >= 0) await selectFetched(list, 0, last, [], count - last - 1);
}

/** Selects what a heading stands over, or none of it any more. */
export async function selectStretch(list: PictureList, from: number, to: number, on: boolean): Promise<void> {
  const last = Math.min(to, from + maxSelected - 1);
  if (on) return selectFetched(list, from, last, [...selection().values()], to - last);
  const pictures = await fetched(list, from, to);
  if (pictures !== null) select(pictures, false);
}

const anchorIn = (list: PictureList): Anchor | null =>
  isSelecting() && anchor?.list === list ? anchor : null;

async function selectFetched(
  list: PictureList,
  from: number,
  to: number,
  base: PictureSize[],
  beyond: number,
): Promise<void> {
  asked += 1;
  const turn = asked;
  const pictures = await fetched(list, from, to);
  if (pictures === null || turn !== asked) return;
  sayLeft(selectExactly(base, pictures) + beyond);
}

async function fetched(list: PictureList, from: number, to: number): Promise<PictureSize[] | null> {
  try {
    return await list.between(from, to);
  } catch (error) {
    console.warn(error);
    const { getTexts } = pageWords();
    const texts = getTexts("selection");
    toast(texts("notFetched"));
    return null;
  }
}

function sayLeft(left: number): void {
  if (left === 0) return;
  const { getTexts } = pageWords();
  const texts = getTexts("selection");
  toast(texts("tooMany", { max: maxSelected, left }));
}
