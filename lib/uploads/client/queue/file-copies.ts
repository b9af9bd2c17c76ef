import { askWorker } from "../prepare/ask-worker";
import { startCrossOriginWorker } from "../prepare/cross-origin-worker";
import type { CopyReply, CopyRequest } from "./copy.worker";

const maxCopyBytes = 64 * 1024 * 1024;
const maxCopiesBytes = 512 * 1024 * 1024;
const maxShareOfQuota = 0.1;
const copyAgainAfterMs = 5000;
const folderName = "pail-uploads";

/** Copies of chosen files in the origin's private file system, by their uploads' ids, within a budget. */
export class FileCopies {
  #copiedBytes = 0;
  #worker: Worker | undefined;

  private constructor(
    private readonly folder: FileSystemDirectoryHandle,
    private readonly budgetBytes: number,
  ) {}

  /** Throws where the browser keeps no files for pages. */
  static async open(): Promise<FileCopies> {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(folderName, { create: true });
    const { quota = 0 } = await navigator.storage.estimate();
    return new FileCopies(folder, Math.min(maxCopiesBytes, quota * maxShareOfQuota));
  }

  /** What earlier pages have copied for this viewer counts towards the budget. */
  setCopiedBytes(bytes: number): void {
    this.#copiedBytes = bytes;
  }

  /** Resolves once the file is copied, or need not be any more, or has no room in the budget. */
  async copy(id: string, file: File, isWanted: () => boolean): Promise<{ status: "copied" | "skipped" }> {
    const isTooLarge = file.size > maxCopyBytes || this.#copiedBytes + file.size > this.budgetBytes;
    if (!isWanted() || isTooLarge) return { status: "skipped" };
    const reply = await this.#askWorker({ file, folder: folderName, name: id }, isWanted);
    if (reply.status === "failed") throw new Error(reply.reason);
    if (!isWanted()) {
      await this.folder.removeEntry(id).catch(nullIfGone);
      return { status: "skipped" };
    }
    this.#copiedBytes += file.size;
    return { status: "copied" };
  }

  /** Null where it is gone. */
  async read(id: string, { name, type, lastModified }: Pick<File, "name" | "type" | "lastModified">) {
    try {
      const copied = await (await this.folder.getFileHandle(id)).getFile();
      return new File([copied], name, { type, lastModified });
    } catch (error) {
      return nullIfGone(error);
    }
  }

  async remove(id: string, bytes: number): Promise<void> {
    this.#copiedBytes -= bytes;
    await this.folder.removeEntry(id);
  }

  /** Removes all others: half-written copies of a page that was closed. */
  async removeAllBut(ids: ReadonlySet<string>): Promise<void> {
    for await (const id of this.folder.keys()) if (!ids.has(id)) await this.folder.removeEntry(id);
  }

  /** Until it is done, or need not be any more: without a network, the worker's script may not come. */
  async #askWorker(
    question: CopyRequest,
    isWanted: () => boolean,
  ): Promise<CopyReply | { status: "not_needed" }> {
    while (isWanted()) {
      this.#worker ??= startCrossOriginWorker(
        () => new Worker(new URL("./copy.worker.ts", import.meta.url), { type: "module" }),
      );
      try {
        return await askWorker<CopyRequest, CopyReply>(this.#worker, question);
      } catch {
        // One that died would leave the next question without an answer.
        this.#worker = undefined;
        if (await this.#copyHere(question)) return { status: "copied" };
        await new Promise((resolve) => setTimeout(resolve, copyAgainAfterMs));
      }
    }
    return { status: "not_needed" };
  }

  /** In a page of an earlier build the worker's script never comes. False where the browser writes in workers alone, as older Safaris do. */
  async #copyHere({ file, name }: CopyRequest): Promise<boolean> {
    const place = await this.folder.getFileHandle(name, { create: true });
    if (place.createWritable === undefined) return false;
    await file.stream().pipeTo(await place.createWritable());
    return true;
  }
}

/** For a file that was moved, deleted, or may not be read. */
export function nullIfGone(error: unknown): null {
  if (error instanceof DOMException) return null;
  throw error;
}
