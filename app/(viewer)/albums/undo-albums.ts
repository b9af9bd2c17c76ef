import { maxImagesPerAction } from "@/lib/images/contract";
import { refreshGallery } from "../gallery-changes";
import type { UndoTools, UndoValues } from "../undo";
import { remove, restore, takeBack, takeOut } from "./actions";

export async function undoAlbumDeletion(
  { id }: UndoValues["albumDeletion"],
  { getTexts, wordFailure }: UndoTools,
): Promise<string> {
  const texts = getTexts("albums");
  const result = await restore(id);
  if (!result.ok) return wordFailure(result.error);
  refreshGallery();
  return texts("restored", { name: result.value.name });
}

export async function undoAlbumMaking(
  { id }: UndoValues["albumMaking"],
  { getTexts, wordFailure }: UndoTools,
): Promise<string> {
  const texts = getTexts("albums");
  const result = await remove(id);
  if (!result.ok) return wordFailure(result.error);
  refreshGallery();
  return texts("deleted", { name: result.value.name });
}

export async function undoAlbumAddition(
  { album, ids }: UndoValues["albumAddition"],
  { getTexts, wordFailure, leave }: UndoTools,
): Promise<string> {
  const texts = getTexts("albums");
  for (let start = 0; start < ids.length; start += maxImagesPerAction) {
    leave({ kind: "albumAddition", album, ids: ids.slice(start) });
    const result = await takeOut({ id: album, imageIds: ids.slice(start, start + maxImagesPerAction) });
    if (!result.ok) return wordFailure(result.error);
  }
  refreshGallery();
  return texts("takenOut", { count: ids.length });
}

export async function undoAlbumRemoval(
  { album, pictures }: UndoValues["albumRemoval"],
  { getTexts, wordFailure, leave }: UndoTools,
): Promise<string> {
  const texts = getTexts("albums");
  let name = "";
  for (let start = 0; start < pictures.length; start += maxImagesPerAction) {
    leave({ kind: "albumRemoval", album, pictures: pictures.slice(start) });
    const some = pictures.slice(start, start + maxImagesPerAction);
    const result = await takeBack({ id: album, pictures: some });
    if (!result.ok) return wordFailure(result.error);
    name = result.value.name;
  }
  refreshGallery();
  return texts("takenBack", { count: pictures.length, name });
}
