import { addToGallery, refreshGallery } from "../gallery-changes";
import { favouriteMany, restoreMany } from "../image-actions";
import type { UndoTools, UndoValues } from "../undo";
import { inBatches } from "./batches";

export async function undoDeletion(
  { ids }: UndoValues["deletion"],
  tools: UndoTools,
): Promise<string | null> {
  const [id, ...others] = ids;
  return id !== undefined && others.length === 0 ? bringBack(id, tools) : bringAllBack(ids, tools);
}

/** Of one picture the sentence says which. */
async function bringBack(id: string, { getTexts, wordFailure }: UndoTools): Promise<string> {
  const texts = getTexts("gallery");
  const result = await restoreMany([id]);
  if (!result.ok) return wordFailure(result.error);
  const {
    images: [image],
    duplicates,
  } = result.value;
  if (image !== undefined) {
    addToGallery([image]);
    return texts("restored", { title: image.title });
  }
  if (duplicates.length > 0) return wordFailure({ code: "duplicate", message: "" });
  return wordFailure({ code: "not_found", message: "", values: { what: "picture" } });
}

async function bringAllBack(ids: string[], { getTexts, leave }: UndoTools): Promise<string> {
  const texts = getTexts("selection");
  let back = 0;
  let duplicates = 0;
  const end = await inBatches(
    ids,
    (done, total) => texts("restoring", { done, total }),
    restoreMany,
    (restored, of) => {
      back += restored.ids.length;
      duplicates += restored.duplicates.length;
      leave({ kind: "deletion", ids: ids.slice(ids.indexOf(of.at(-1) ?? "") + 1) });
    },
  );
  refreshGallery();
  const missing = end.done.length - back - duplicates;
  return [
    texts("restored", { count: back }),
    ...(duplicates > 0 ? [texts("duplicates", { count: duplicates })] : []),
    ...(missing > 0 ? [texts("missing", { count: missing })] : []),
  ].join(" ");
}

export async function undoFavourites(
  { ids, on }: UndoValues["favourites"],
  { getTexts }: UndoTools,
): Promise<string> {
  const texts = getTexts("selection");
  let changed = 0;
  await inBatches(
    ids,
    (done, total) => texts("changing", { done, total }),
    (batch) => favouriteMany({ ids: batch, on }),
    (favourites) => {
      changed += favourites.ids.length;
    },
  );
  refreshGallery();
  return texts(on ? "favoured" : "unfavoured", { count: changed });
}
