import type { PictureSize } from "@/lib/images/contract";
import { loadTexts } from "../../_texts/late-texts";
import { MoreTexts } from "../../_texts/provider";
import { pageWords } from "../page-words";
import { ask } from "../question";
import { whenLoaded } from "../when-loaded";

/** Asks for another date of these pictures, over whatever is there. */
export async function openEditDate(pictures: PictureSize[]): Promise<void> {
  if (pictures.length === 0) return;
  await whenLoaded(
    Promise.all([loadTexts(pageWords().language, "image"), import("./edit-date-dialog")]),
    ([messages, { EditDateDialog }]) =>
      ask((end) => (
        <MoreTexts messages={messages}>
          <EditDateDialog pictures={pictures} onClose={end} />
        </MoreTexts>
      )),
  );
}
