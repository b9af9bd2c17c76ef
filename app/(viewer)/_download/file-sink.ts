import { type Sink, SinkFailure } from "./sink";

/** Chromium's: the file is there once it is closed, until then it is one beside it. */
type RemovableHandle = FileSystemFileHandle & { remove?(): Promise<void> };

/** Writes to a file of the disk that the person has chosen. Throws SinkFailure. */
export async function openFileSink(handle: FileSystemFileHandle): Promise<Sink> {
  const writable = await inWords(() => handle.createWritable());
  return {
    write: (block) => inWords(() => writable.write(block)),
    close: () => inWords(() => writable.close()),
    async abort() {
      // It may be closed or gone already.
      await writable
        .abort()
        .catch((error: unknown) => console.debug("the file was not being written", error));
      const { size } = await handle.getFile().catch(() => ({ size: 1 }));
      // The dialog has made an empty one.
      if (size === 0) await (handle as RemovableHandle).remove?.();
    },
  };
}

async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
    throw new SinkFailure(isFull ? "disk_full" : "not_writable", { cause: error });
  }
}
