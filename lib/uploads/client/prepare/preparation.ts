import type { WantedDigests } from "@/lib/uploads/contract";
import { ConcurrencyLimiter } from "../concurrency-limiter";
import { heldBytes, type PreparedImage } from "./prepared-image";
import type { Preparer } from "./preparer";
import type { TellPreparing } from "./preparing";

export interface Prepared {
  /** replaced where further digests are wanted of it */
  image: PreparedImage;
  /** Lets go of what it holds in memory. */
  release(): void;
}

/** Preparing runs ahead of the network, so that one begin serves many; these bound what waits in memory. */
const maxHeldFiles = 100;
const maxHeldBytes = 64 * 1024 * 1024;

/** Prepares files, as many at a time as the preparer can, and no further ahead than what is held allows. */
export class Preparation {
  readonly #preparing: ConcurrencyLimiter;
  readonly #holding = new ConcurrencyLimiter({
    maxConcurrent: () => maxHeldFiles,
    isFull: () => this.#heldBytes >= maxHeldBytes,
  });
  #heldBytes = 0;

  constructor(private readonly preparer: Preparer) {
    this.#preparing = new ConcurrencyLimiter({ maxConcurrent: () => preparer.concurrency });
  }

  pause(): void {
    this.#preparing.pause();
  }

  resume(): void {
    this.#preparing.resume();
  }

  async prepare(
    file: File,
    digests: WantedDigests,
    signal: AbortSignal,
    tell: TellPreparing,
  ): Promise<Prepared> {
    let endPreparing = () => {};
    let endHolding = () => {};
    try {
      endPreparing = await this.#preparing.acquire(file.size, signal);
      endHolding = await this.#holding.acquire(0, signal);
      tell({ step: "reading", share: null });
      const image = await this.preparer.prepare(file, signal, { digests, tell });
      return { image, release: this.#hold(image, endHolding) };
    } catch (error) {
      endHolding();
      throw error;
    } finally {
      endPreparing();
    }
  }

  /** Computes what is wanted of it now and was not before. */
  async addDigests(
    prepared: Prepared,
    file: File,
    digests: WantedDigests,
    signal: AbortSignal,
  ): Promise<void> {
    const endPreparing = await this.#preparing.acquire(file.size, signal);
    try {
      prepared.image = await this.preparer.prepare(file, signal, { digests, prepared: prepared.image });
    } finally {
      endPreparing();
    }
  }

  #hold(image: PreparedImage, endHolding: () => void): () => void {
    let bytes = heldBytes(image);
    this.#heldBytes += bytes;
    return () => {
      this.#heldBytes -= bytes;
      bytes = 0;
      endHolding();
    };
  }
}
