import { Gate, type Wait } from "@/lib/images/client/gate";
import { type Missing, picturesZip, predictZipBytes } from "@/lib/images/client/pictures-zip";
import type { PictureSize } from "@/lib/images/contract";
import { Pace } from "./pace";
import { type Sink, SinkFailure, type SinkFault } from "./sink";

export interface DownloadSnapshot {
  status: "preparing" | "running" | "finishing" | "done" | "stopped" | "failed";
  isPaused: boolean;
  /** null while all is well */
  wait: Wait | null;
  fault: SinkFault | "internal" | null;
  pictures: number;
  doneBytes: number;
  totalBytes: number;
  /** null while nothing comes */
  bytesPerSecond: number | null;
  missing: Missing[];
}

interface DownloadOptions {
  pictures: PictureSize[];
  openSink(): Promise<Sink>;
  note(missing: Missing[]): { name: string; text: string };
}

/** Each write costs about as much, however little it is. */
const blockBytes = 1024 * 1024;
const showEveryMs = 200;

class Stopped extends Error {}

/** One zip on its way: what it is made of comes from the bucket, and goes on into a sink. */
export class PictureDownload {
  private readonly stopping = new AbortController();
  private readonly gate = new Gate(this.stopping.signal, () => this.change({}));
  private readonly pace = new Pace();
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private snapshot: DownloadSnapshot;
  private state: DownloadSnapshot;

  constructor(
    readonly fileName: string,
    private readonly options: DownloadOptions,
  ) {
    this.state = {
      ...{ status: "preparing", isPaused: false, wait: null, fault: null, pictures: 0, doneBytes: 0 },
      ...{ totalBytes: predictZipBytes(options.pictures), bytesPerSecond: null, missing: [] },
    };
    this.snapshot = this.state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getSnapshot = (): DownloadSnapshot => this.snapshot;

  get isActive(): boolean {
    return ["preparing", "running", "finishing"].includes(this.state.status);
  }

  pause(): void {
    this.gate.pause();
  }

  resume(): void {
    this.gate.resume();
  }

  stop(): void {
    this.stopping.abort(new Stopped());
  }

  /** Resolves once it is over, however it ends. */
  async run(): Promise<void> {
    let sink: Sink | null = null;
    try {
      sink = await this.unlessStopped(this.options.openSink());
      this.change({ status: "running" });
      await this.pump(sink);
      this.change({ status: "finishing" });
      await sink.close();
      this.change({ status: "done", doneBytes: this.state.totalBytes });
    } catch (error) {
      const isStopped = error instanceof Stopped;
      const fault = error instanceof SinkFailure ? error.fault : "internal";
      if (!isStopped) console.warn("a download has failed", error);
      // Whatever is still being fetched ends too.
      this.stop();
      await sink?.abort().catch((reason: unknown) => console.warn("a part of a download is left", reason));
      this.change(isStopped ? { status: "stopped" } : { status: "failed", fault });
    }
  }

  private async pump(sink: Sink): Promise<void> {
    const { pictures, note } = this.options;
    const onPicture = () => this.change({ pictures: this.state.pictures + 1 });
    const zip = picturesZip(pictures, { gate: this.gate, onPicture, note });
    this.state.missing = zip.missing;
    const reader = zip.stream.getReader();
    let block = new Uint8Array(blockBytes);
    let filled = 0;
    const flush = async () => {
      await this.unlessStopped(sink.write(filled === blockBytes ? block : block.slice(0, filled)));
      this.pace.add(filled);
      this.change({ doneBytes: this.state.doneBytes + filled });
      block = new Uint8Array(blockBytes);
      filled = 0;
    };
    for (;;) {
      const { value, done } = await this.unlessStopped(reader.read());
      if (done) break;
      for (let rest: Uint8Array = value; rest.length > 0; ) {
        const part = rest.subarray(0, blockBytes - filled);
        block.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
        if (filled === blockBytes) await flush();
      }
    }
    if (filled > 0) await flush();
  }

  /** A sink that waits, as for a browser whose own download is paused, does not hold up who wants to stop. */
  private unlessStopped<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.stopping;
    return new Promise((resolve, reject) => {
      const onStop = () => reject(signal.reason);
      if (signal.aborted) onStop();
      signal.addEventListener("abort", onStop, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onStop));
    });
  }

  private change(changes: Partial<DownloadSnapshot>): void {
    const { isPaused, wait } = this.gate;
    const isNews = "status" in changes || isPaused !== this.state.isPaused || wait !== this.state.wait;
    this.state = { ...this.state, ...changes, isPaused, wait };
    if (isNews) this.show();
    else this.timer ??= setTimeout(() => this.show(), showEveryMs);
  }

  private show(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const isComing = this.state.wait === null && !this.state.isPaused;
    this.snapshot = { ...this.state, bytesPerSecond: isComing ? this.pace.perSecond() : null };
    for (const listener of this.listeners) listener();
  }
}
