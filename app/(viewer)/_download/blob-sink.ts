import { type Sink, SinkFailure } from "./sink";

/** What browsers hold as one download that is made in memory, with room to spare. */
export const maxBlobBytes = 1024 ** 3;
/** So much is handed over to the browser at a time, which may put it on the disk. */
const pieceBytes = 32 * 1024 * 1024;
/** Until the browser has taken it over. */
const keptMs = 60_000;

/** Gathers the zip and offers it at its end: where there is no service worker, as over plain http. Throws SinkFailure `too_large`. */
export function openBlobSink(fileName: string): Sink {
  let pieces: Blob[] = [];
  let blocks: Uint8Array<ArrayBuffer>[] = [];
  let [blockBytes, bytes] = [0, 0];
  const gather = () => {
    pieces.push(new Blob(blocks));
    blocks = [];
    blockBytes = 0;
  };
  return {
    async write(block) {
      bytes += block.length;
      if (bytes > maxBlobBytes) throw new SinkFailure("too_large");
      blocks.push(block);
      blockBytes += block.length;
      if (blockBytes >= pieceBytes) gather();
    },
    async close() {
      gather();
      const url = URL.createObjectURL(new Blob(pieces, { type: "application/zip" }));
      const link = document.createElement("a");
      Object.assign(link, { href: url, download: fileName, hidden: true });
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(url), keptMs);
      pieces = [];
    },
    async abort() {
      pieces = [];
      blocks = [];
    },
  };
}
