import { inBatches } from "../_selection/batches";
import { refreshGallery } from "../gallery-changes";
import type { UndoTools, UndoValues } from "../undo";
import { bringDatesBack } from "./actions";
import { factsChanged } from "./fact-changes";

export async function undoDates(
  { earlier }: UndoValues["dates"],
  { getTexts, leave }: UndoTools,
): Promise<string> {
  const byId = new Map(earlier.map((date) => [date.id, date]));
  const ids = [...byId.keys()];
  const end = await inBatches(
    ids,
    (done, total) => getTexts("selection")("changing", { done, total }),
    (batch) => bringDatesBack(batch.flatMap((id) => byId.get(id) ?? [])),
    (_, of) => leave({ kind: "dates", earlier: earlier.slice(ids.indexOf(of.at(-1) ?? "") + 1) }),
  );
  factsChanged();
  refreshGallery();
  const texts = getTexts("gallery");
  return texts("datesRestored", { count: end.done.length });
}
