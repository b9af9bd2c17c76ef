import type { PictureList } from "../_timeline/picture-list";
import { imagePath } from "../image-path";

/** Opens a picture of a list over the page that shows the list. */
export function openViewer(list: PictureList, index: number): void {
  const image = list.at(index);
  if (image !== null) window.location.assign(imagePath(image.id, list.album));
}
