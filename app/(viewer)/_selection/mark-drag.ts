import type { PictureList } from "../_timeline/picture-list";
import { pictureAt } from "./neighbour";
import { selectTo, toggle } from "./select-range";
import { selection } from "./selection";

/** A mouse that is held on a mark and moved over further tiles selects them all, as far as it has got. */
export function beginMarkDrag(event: PointerEvent, id: string, list: PictureList): void {
  if (event.pointerType !== "mouse" || event.button !== 0) return;
  const watching = new AbortController();
  const { signal } = watching;
  let last = id;
  const onMove = ({ clientX, clientY }: PointerEvent) => {
    const over = pictureAt(clientX, clientY);
    if (over === null || over === last) return;
    const index = list.indexOf(over);
    const image = index === null ? null : list.at(index);
    if (index === null || image === null) return;
    if (last === id) begin(id, list);
    last = over;
    void selectTo(image, index, list);
  };
  window.addEventListener("pointermove", onMove, { signal });
  for (const end of ["pointerup", "pointercancel"])
    window.addEventListener(end, () => watching.abort(), { signal });
}

/** Where it began is selected too, and the range goes from there. */
function begin(id: string, list: PictureList): void {
  const index = list.indexOf(id);
  const image = index === null ? null : list.at(index);
  if (index === null || image === null) return;
  if (selection().has(id)) toggle(image, index, list);
  toggle(image, index, list);
}
