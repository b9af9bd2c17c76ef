import type { GalleryImage } from "@/lib/images/contract";

/** The same bytes chosen twice are sent once: the first file that has them is in flight, the others wait for its picture. See
 * "Duplicates" in lib/uploads/README.md. */
export class SingleFlight {
  readonly #pictures = new Map<string, Promise<GalleryImage | null>>();

  /** The picture that these bytes become, null where they came to nothing; undefined where none of them are in flight. */
  inFlight(sha256: string): Promise<GalleryImage | null> | undefined {
    return this.#pictures.get(sha256);
  }

  async run<T extends { image: GalleryImage }>(sha256: string, work: () => Promise<T>): Promise<T> {
    let settle: (image: GalleryImage | null) => void = () => {};
    this.#pictures.set(
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
      this.#pictures.delete(sha256);
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
