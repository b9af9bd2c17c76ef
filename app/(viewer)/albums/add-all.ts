import type { AlbumLink } from "@/lib/albums/contract";
import type { Result } from "@/lib/errors";
import { maxImagesPerAction } from "@/lib/images/contract";
import { answerOf } from "../answer-of";
import { add } from "./actions";

/**
 * Puts any number of pictures into an album, so many a request as an action takes. Where one fails it stops: done again, it changes nothing
 * of what is there.
 */
export async function addAll(
  id: string,
  imageIds: string[],
  onDone: (done: number) => void,
): Promise<Result<AlbumLink & { added: string[] }>> {
  const all = { id, name: "", added: [] as string[] };
  for (let start = 0; start === 0 || start < imageIds.length; start += maxImagesPerAction) {
    const some = imageIds.slice(start, start + maxImagesPerAction);
    const result = await answerOf(add({ id, imageIds: some }));
    if (!result.ok) return result;
    all.name = result.value.name;
    all.added.push(...result.value.added);
    onDone(start + some.length);
  }
  return { ok: true, value: all };
}
