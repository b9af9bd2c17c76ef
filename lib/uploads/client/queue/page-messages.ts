import type { FileSource } from "./file-source";
import type { QueueSnapshot } from "./queue-store";
import type { Chosen } from "./upload-queue";

/** What the pages of one viewer tell one another. */
export type Message =
  | { type: "snapshot"; snapshot: QueueSnapshot }
  /** asks the sender for a snapshot */
  | { type: "hello" }
  /** There is a new sender: it does not know what was said before. */
  | { type: "began" }
  | { type: "add"; chosen: (Chosen & { source: FileSource })[] }
  | { type: "reattach"; id: string; files: readonly File[] }
  /** `others`: which of them fit none */
  | { type: "reattached"; id: string; others: number[] }
  | { type: "open_interrupted" }
  | { type: "command"; command: Command; id: string };

/** What a page asks of the sender without an answer. */
export type Command =
  | "pause"
  | "resume"
  | "hold"
  | "release"
  | "cancel"
  | "cancelAll"
  | "remove"
  | "retry"
  | "retryAll"
  | "clearFinished"
  | "makeAlbums"
  | "makeNoAlbums";
