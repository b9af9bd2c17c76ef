import type { GalleryImage } from "@/lib/images/contract";

/** The same bytes chosen twice are sent once: whoever comes first leads, the others wait for what becomes of it. */
export class Claims {
  readonly #leaders = new Map<string, Promise<GalleryImage | null>>();

  /** What the leader of these bytes becomes, null where it came to nothing; undefined where there is no leader. */
  leaderOf(sha256: string): Promise<GalleryImage | null> | undefined {
    return this.#leaders.get(sha256);
  }

  async lead<T extends { image: GalleryImage }>(sha256: string, work: () => Promise<T>): Promise<T> {
    let settle: (image: GalleryImage | null) => void = () => {};
    this.#leaders.set(
      sha256,
      new Promise((resolve) => {
        settle = resolve;
      }),
    );
    let image: GalleryImage | null = null;
    try {
      const ending = await work();
      image = ending.image;
      return ending;
    } finally {
      this.#leaders.delete(sha256);
      settle(image);
    }
  }
}

/** The promise, or a rejection as soon as the signal is aborted. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
