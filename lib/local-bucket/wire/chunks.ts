import type { Readable } from "node:stream";

/** How much may wait here before the stream is asked to pause. */
const maxWaitingBytes = 256 * 1024;

/**
 * A stream's chunks just as they arrive. The stream's own iterator joins all that is waiting into a new buffer, which
 * costs a copy of every byte; and it destroys a request that is not read to its end, so that nobody could answer it.
 */
export async function* chunksOf(stream: Readable): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let state: { ended: boolean; error?: Error } = { ended: false };
  let wake = () => {};
  const onData = (chunk: Buffer) => {
    waiting.push(chunk);
    waitingBytes += chunk.length;
    if (waitingBytes >= maxWaitingBytes) stream.pause();
    wake();
  };
  const stop = (error?: Error) => {
    if (state.ended) return;
    state = error ? { ended: true, error } : { ended: true };
    wake();
  };
  const onEnd = () => stop();
  const onClose = () => stop(new Error("The stream was closed before its end."));
  stream.on("data", onData).once("end", onEnd).once("error", stop).once("close", onClose);
  if (stream.destroyed && !stream.readableEnded) onClose();
  try {
    for (;;) {
      const arrived = waiting;
      waiting = [];
      waitingBytes = 0;
      yield* arrived;
      if (waiting.length > 0) continue;
      if (state.error) throw state.error;
      if (state.ended) return;
      stream.resume();
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    stream.off("data", onData).off("end", onEnd).off("error", stop).off("close", onClose);
  }
}
