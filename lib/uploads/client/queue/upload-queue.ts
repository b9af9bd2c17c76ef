import type { QueueSnapshot } from "./queue-store";

export interface Chosen {
  /** of the item that it becomes */
  id: string;
  file: File;
}

/** What a page asks of its queue, whether it sends itself or another page of the viewer does. */
export interface UploadQueue {
  /** Takes the files in slices, so that thousands do not stop the page; returns the ids in their order. */
  add(files: Iterable<File>): string[];
  /** The same under ids that were given before; what is there already only gets its file, where it lacks that. */
  addAs(chosen: readonly Chosen[]): void;
  /** Resolves once it has seen what an earlier page left. */
  restored: Promise<void>;
  /** Whether it is this page that sends: closing it would stop that. */
  isSender(): boolean;
  /** What an earlier page left and only waits for permission. To be called by a click. */
  openInterrupted(): Promise<void>;
  /** Files for what an earlier page left: by their content, or their name where that was not known. Returns what fits none. */
  reattach(files: readonly File[]): Promise<File[]>;
  /** What is under way is finished; nothing else begins until `resume`, or until all has ended and more is added. */
  pause(): void;
  resume(): void;
  /** Holds one file back that is not yet being sent, until `release`. */
  hold(id: string): void;
  release(id: string): void;
  cancel(id: string): void;
  cancelAll(): void;
  /** Takes one that has ended off the list. */
  remove(id: string): void;
  /** For what failed and may yet succeed, and for what was cancelled. */
  retry(id: string): void;
  /** Everything that failed and may yet succeed. */
  retryAll(): void;
  /** The thumb of a file that is under way in this page, once it is prepared and until it is sent; null otherwise. */
  findThumb(id: string): Blob | null;
  /** Takes what has ended off the list. */
  clearFinished(): void;
  /** Puts the pictures of folders into albums of their names. */
  makeAlbums(): void;
  makeNoAlbums(): void;
  /** Ends the work of this page; what has not ended stays for a later one. */
  close(): void;
  /** Bound, as React wants both. Returns how to stop listening. */
  subscribe: (listener: () => void) => () => void;
  getSnapshot: () => QueueSnapshot;
}
