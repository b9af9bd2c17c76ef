import type { GalleryImage } from "@/lib/images/contract";
import { toast } from "../../_ui/toaster";
import { deleteImage } from "../deletion";
import { addToGallery, refreshGallery, removeFromGallery } from "../gallery-changes";
import { favouriteMany, trashMany } from "../image-actions";
import { dropUndo, keepUndo, offerUndo, type Undo, type UndoOffer } from "../undo";
import { getWords } from "../word-page-failure";
import { inBatches } from "./batches";
import { goOnAt, placeOfSelection } from "./focus";
import { listOnPage } from "./lists";
import { deselect, selection } from "./selection";

/** Into the trash: what has gone is not selected any more, and one Undo brings all of it back. */
export async function deleteSelected(): Promise<void> {
  const { getTexts } = getWords();
  const texts = getTexts("selection");
  const list = listOnPage();
  const next = placeOfSelection(list);
  const deleted: string[] = [];
  /** Whether it went nobody knows until the answer comes: it may get lost, or a reload come before it. */
  let unanswered: string[] = [];
  // What is not deleted is brought back without harm.
  const undoNow = (missing = 0): [string, Undo] => [
    [
      ...(deleted.length > 0 ? [texts("deleted", { count: deleted.length })] : []),
      ...(missing > 0 ? [texts("missing", { count: missing })] : []),
      ...(unanswered.length > 0 ? [texts("unanswered", { count: unanswered.length })] : []),
    ].join(" "),
    { kind: "deletion", ids: [...deleted, ...unanswered] },
  ];
  let kept: UndoOffer | null = null;
  const end = await inBatches(
    [...selection().keys()],
    (done, total) => texts("deleting", { done, total }),
    trashMany,
    (gone, batch, isAgain) => {
      // Asked again, it says nothing of what went the first time.
      deleted.push(...(isAgain ? batch : gone));
      unanswered = [];
      // Those that were gone already are not here any more either.
      removeFromGallery(batch);
      deselect(batch);
      kept = keepUndo(...undoNow());
    },
    (batch) => {
      unanswered = batch;
      kept = keepUndo(...undoNow());
    },
  );
  if (unanswered.length > 0) refreshGallery();
  const [said, undo] = undoNow(end.done.length - deleted.length);
  if (deleted.length + unanswered.length > 0) offerUndo(said, undo);
  else {
    if (kept !== null) dropUndo(kept);
    toast(said);
  }
  goOnAt(list, next);
}

/** One that is not selected, by its tile. */
export async function deleteOne(image: GalleryImage): Promise<void> {
  const { getTexts, wordFailure } = getWords();
  const list = listOnPage();
  const index = list?.indexOf(image.id) ?? null;
  if (await deleteImage(image, getTexts("gallery"), wordFailure)) goOnAt(list, index);
}

export async function favourSelected(on: boolean): Promise<void> {
  const { getTexts } = getWords();
  const texts = getTexts("selection");
  const ids = [...selection().keys()];
  const changed: string[] = [];
  let found = 0;
  const end = await inBatches(
    ids,
    (done, total) => texts("changing", { done, total }),
    (batch) => favouriteMany({ ids: batch, on }),
    (favourites) => {
      found += favourites.ids.length;
      changed.push(...favourites.changed);
    },
  );
  if (end.done.length === 0) return;
  showFavourites(changed, on);
  const missing = end.done.length - found;
  const said = [
    texts(on ? "favoured" : "unfavoured", { count: found }),
    ...(missing > 0 ? [texts("missing", { count: missing })] : []),
  ].join(" ");
  if (changed.length > 0) offerUndo(said, { kind: "favourites", ids: changed, on: !on });
  else toast(said);
}

/** Whether all that are selected and here are favourites: then the button makes them none. */
export function areFavourites(): boolean {
  const here = imagesHere([...selection().keys()]);
  return here.length > 0 && here.every(({ isFavourite }) => isFavourite);
}

function showFavourites(ids: string[], on: boolean): void {
  const here = imagesHere(ids);
  if (here.length < ids.length) refreshGallery();
  else addToGallery(here.map((image) => ({ ...image, isFavourite: on })));
}

function imagesHere(ids: string[]): GalleryImage[] {
  const list = listOnPage();
  return ids.flatMap((id) => {
    const index = list?.indexOf(id) ?? null;
    const image = index === null ? null : (list?.at(index) ?? null);
    return image === null ? [] : [image];
  });
}
