import { Gate } from "../concurrency-limiter";
import { heldBytes, type PreparedImage } from "./prepared-image";
import type { Preparer } from "./preparer";

export interface Prepared {
  image: PreparedImage;
  /** Lets go of what it holds in memory. */
  release(): void;
}

/** Preparing runs ahead of the network, so that one begin serves many; these bound what waits in memory. */
const maxHeldFiles = 100;
const maxHeldBytes = 64 * 1024 * 1024;

/** Prepares files, as many at a time as the preparer can, and no further ahead than what is held allows. */
export class Preparation {
  readonly #preparing: Gate;
  readonly #holding = new Gate({
    places: () => maxHeldFiles,
    isFull: () => this.#heldBytes >= maxHeldBytes,
  });
  #heldBytes = 0;

  constructor(private readonly preparer: Preparer) {
    this.#preparing = new Gate({ places: () => preparer.concurrency });
  }

  pause(): void {
    this.#preparing.close();
  }

  resume(): void {
    this.#preparing.open();
  }

  async prepare(file: File, signal: AbortSignal, onStart: () => void): Promise<Prepared> {
    let leave = () => {};
    let letGo = () => {};
    try {
      leave = await this.#preparing.enter(file.size, signal);
      letGo = await this.#holding.enter(0, signal);
      onStart();
      const image = await this.preparer.prepare(file, signal);
      return { image, release: this.#hold(image, letGo) };
    } catch (error) {
      letGo();
      throw error;
    } finally {
      leave();
    }
  }

  #hold(image: PreparedImage, letGo: () => void): () => void {
    let bytes = heldBytes(image);
    this.#heldBytes += bytes;
    return () => {
      this.#heldBytes -= bytes;
      bytes = 0;
      letGo();
    };
  }
}
