import type { FormerMember } from "@/lib/albums/contract";
import { maxImagesPerAction, type PictureSize } from "@/lib/images/contract";
import { toast } from "../../_ui/toaster";
import { goOnAt, placeOfSelection } from "../_selection/focus";
import { listOnPage } from "../_selection/lists";
import { select } from "../_selection/selection";
import { answerOf } from "../answer-of";
import { refreshGallery } from "../gallery-changes";
import { offerUndo } from "../undo";
import { getWords } from "../word-page-failure";
import { takeOut } from "./actions";

/** Takes pictures out of an album, and says how it went: the toast can put them back to where they were. */
export async function removeFromAlbum(album: string, pictures: PictureSize[]): Promise<void> {
  const { getTexts, wordFailure } = getWords();
  const texts = getTexts("albums");
  const shown = listOnPage();
  const next = placeOfSelection(shown);
  const removed: FormerMember[] = [];
  let fault: string | null = null;
  for (let start = 0; start < pictures.length && fault === null; start += maxImagesPerAction) {
    const some = pictures.slice(start, start + maxImagesPerAction);
    const result = await answerOf(takeOut({ id: album, imageIds: some.map(({ id }) => id) }));
    if (result.ok) {
      removed.push(...result.value);
      select(some, false);
    } else fault = wordFailure(result.error);
  }
  refreshGallery();
  if (fault === null) goOnAt(shown, next);
  const said = texts("removed", { count: removed.length });
  if (removed.length === 0) toast(fault ?? said);
  else
    offerUndo(fault === null ? said : `${said} ${fault}`, {
      kind: "albumRemoval",
      ...{ album, pictures: removed },
    });
}
