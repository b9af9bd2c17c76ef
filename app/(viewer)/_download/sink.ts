/** Where a zip goes. */
export interface Sink {
  /** Resolves when it can take more. The block is the sink's from then on. */
  write(block: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
  /** Leaves nothing behind, as far as it can. */
  abort(): Promise<void>;
}

/** Why a download ended that was not to: keys of its texts. */
export type SinkFault = "disk_full" | "not_writable" | "browser_stopped" | "too_large";

export class SinkFailure extends Error {
  constructor(
    readonly fault: SinkFault,
    options?: ErrorOptions,
  ) {
    super(fault, options);
  }
}
