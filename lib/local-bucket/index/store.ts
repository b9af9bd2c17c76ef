import type { BlobRegistry } from "./blob-registry";
import type { BlobStore } from "./blob-store";
import type { ObjectIndex } from "./object-index";
import type { UploadIndex } from "./upload-index";

/** What a bucket's folder holds, with the clock and the log of the server that has it. */
export interface Store {
  readonly index: ObjectIndex;
  readonly uploads: UploadIndex;
  readonly registry: BlobRegistry;
  readonly blobs: BlobStore;
  now(): Date;
  log(record: Record<string, unknown>): void;
  /** Tells the log about something that went wrong behind an answer that was right. */
  report(what: string, error: unknown): void;
}
