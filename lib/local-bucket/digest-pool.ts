import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

export interface Digests {
  md5: Uint8Array;
  sha256: Uint8Array;
}

/** Below this a thread costs more than it saves. */
const inlineBytes = 128 * 1024;

/** Digests bytes on other threads, so that the one that serves requests does not wait for them. */
export class DigestPool {
  readonly #threads: DigestThread[];
  #jobs = 0;

  constructor(size = Math.max(1, Math.min(4, availableParallelism() - 1))) {
    this.#threads = Array.from({ length: size }, () => new DigestThread());
  }

  start(): DigestJob {
    const thread = this.#threads[this.#jobs % this.#threads.length];
    if (!thread) throw new Error("The pool has no threads.");
    return new DigestJob(thread, this.#jobs++);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

/** MD5 and SHA-256 of one stream of bytes. */
export class DigestJob {
  readonly #thread: DigestThread;
  readonly #id: number;
  /** The result already, as long as nothing was given to the thread. */
  #inline: Digests | undefined = digest(Buffer.alloc(0));

  constructor(thread: DigestThread, id: number) {
    this.#thread = thread;
    this.#id = id;
  }

  /** Takes all bytes but the last in big blocks over shared memory, which must rest until this resolves. */
  async update(block: Buffer, isOnly: boolean): Promise<void> {
    this.#inline = isOnly && block.length < inlineBytes ? digest(block) : undefined;
    if (!this.#inline) await this.#thread.ask({ job: this.#id, bytes: block });
  }

  async finish(): Promise<Digests> {
    return this.#inline ?? ((await this.#thread.ask({ job: this.#id })) as Digests);
  }

  /** Forgets a stream that will not end. */
  drop(): void {
    this.#thread.tell({ job: this.#id, drop: true });
  }
}

/** The digests of bytes that are all there. */
export function digest(bytes: Uint8Array): Digests {
  return {
    md5: createHash("md5").update(bytes).digest(),
    sha256: createHash("sha256").update(bytes).digest(),
  };
}

/** One thread, which answers its questions in the order they were asked. */
class DigestThread {
  #worker: Worker | undefined;
  #waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];

  ask(question: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#started().postMessage(question);
    });
  }

  tell(message: object): void {
    this.#worker?.postMessage(message);
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./digest-worker.mjs", import.meta.url), { execArgv: [] });
    worker.unref();
    worker.on("message", (answer) => this.#waiting.shift()?.resolve(answer));
    // A thread that died takes its unfinished streams with it; the next one gets a new thread.
    const fail = (error: Error) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    };
    worker.on("error", (error) => fail(error instanceof Error ? error : new Error(String(error))));
    worker.on("exit", (code) => fail(new Error(`A digest thread ended with ${code}.`)));
    this.#worker = worker;
    return worker;
  }
}
