import type { UploadQueue } from "./upload-queue";

/** Takes files as `add` does, but for those that an earlier page left: they go on, by whichever button they were chosen again. */
export async function addOrGoOn(queue: UploadQueue, files: readonly File[]): Promise<void> {
  await queue.restored;
  const left = queue.getSnapshot().items.filter(({ state }) => state.status === "interrupted");
  const sizes = new Set(left.map(({ bytes }) => bytes));
  const alike = files.filter((file) => sizes.has(file.size));
  if (alike.length === 0) {
    queue.add(files);
    return;
  }
  const others = new Set(await queue.reattach(alike));
  const goOn = new Set(alike.filter((file) => !others.has(file)));
  queue.add(files.filter((file) => !goOn.has(file)));
}
