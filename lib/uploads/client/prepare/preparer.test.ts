import { describe, expect, it } from "vitest";
import { sha256Alone } from "@/lib/uploads/contract";
import type { PrepareNote, PrepareReply, PrepareRequest } from "./prepare.worker";
import { createPreparer, type PrepareOptions } from "./preparer";
import type { Preparing } from "./preparing";
import { takeTurn } from "./turn";

const limits = { maxBytes: 1000, maxPixels: 1000 };
const never = new AbortController().signal;

/** Does what the file's name says. */
class FakeWorker extends EventTarget {
  isTerminated = false;
  hasTurn = false;

  postMessage({ file, turn }: PrepareRequest): void {
    if (file.name === "large")
      void takeTurn(turn).then(() => {
        this.hasTurn = true;
      });
    if (file.name === "crash") queueMicrotask(() => this.dispatchEvent(new Event("error")));
    if (file.name === "slow") this.tellAndReply();
    if (file.name === "good") this.reply({ status: "prepared", image: { thumbhash: "hash" } as never });
    if (file.name === "odd")
      this.reply({ status: "failed", error: { code: "not_prepared", message: "Something was not there." } });
    if (file.name === "svg")
      this.reply({ status: "failed", error: { code: "unsupported_type", message: "SVG." } });
  }

  reply(data: PrepareReply | PrepareNote): void {
    queueMicrotask(() => this.dispatchEvent(new MessageEvent("message", { data })));
  }

  tellAndReply(): void {
    this.reply({ status: "preparing", preparing: { step: "decoding", share: null } });
    this.reply({ status: "preparing", preparing: { step: "resizing", share: 0.5 } });
    this.reply({ status: "prepared", image: { thumbhash: "hash" } as never });
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

function pool() {
  const workers: FakeWorker[] = [];
  const preparer = createPreparer({
    limits,
    concurrency: 2,
    createWorker: () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker as unknown as Worker;
    },
  });
  const prepare = (name: string, signal = never, options?: PrepareOptions) =>
    preparer.prepare(new File(["x"], name), signal, options);
  return { ...preparer, workers, prepare };
}

describe("the pool of workers", () => {
  it("starts workers when they are needed, and keeps them", async () => {
    const { workers, prepare } = pool();
    expect(workers).toHaveLength(0);
    await Promise.all([prepare("good"), prepare("good")]);
    expect(workers).toHaveLength(2);
    expect(await prepare("good")).toEqual({ thumbhash: "hash" });
    expect(workers).toHaveLength(2);
  });

  it("tells how far a picture is, and waits until it is prepared", async () => {
    const { prepare } = pool();
    const told: Preparing[] = [];
    const tell = (preparing: Preparing) => told.push(preparing);
    expect(await prepare("slow", never, { digests: sha256Alone, tell })).toEqual({ thumbhash: "hash" });
    expect(told).toEqual([
      { step: "decoding", share: null },
      { step: "resizing", share: 0.5 },
    ]);
  });

  it("passes on why a picture is refused, and keeps the worker", async () => {
    const { workers, prepare } = pool();
    await expect(prepare("svg")).rejects.toMatchObject({
      name: "AppError",
      code: "unsupported_type",
      message: "SVG.",
    });
    await prepare("good");
    expect(workers).toHaveLength(1);
  });

  it("loses only the picture that killed its worker, and replaces the worker", async () => {
    const { workers, prepare } = pool();
    const [crashed, good] = await Promise.allSettled([prepare("crash"), prepare("good")]);
    expect(crashed).toMatchObject({ status: "rejected", reason: { code: "worker_died" } });
    expect(good.status).toBe("fulfilled");
    await Promise.all([prepare("good"), prepare("good")]);
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false, false]);
  });

  it("replaces a worker that failed without knowing why: it may lack what it failed to load", async () => {
    const { workers, prepare } = pool();
    await expect(prepare("odd")).rejects.toMatchObject({ code: "not_prepared" });
    await prepare("good");
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
  });

  it("stops the work on a cancelled picture", async () => {
    const { workers, prepare } = pool();
    const controller = new AbortController();
    const hanging = prepare("hangs", controller.signal);
    controller.abort(new Error("cancelled"));
    await expect(hanging).rejects.toThrow("cancelled");
    await expect(prepare("good", controller.signal)).rejects.toThrow("cancelled");
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true]);
  });

  it("replaces a worker that has prepared many", async () => {
    const { workers, prepare } = pool();
    for (let n = 0; n < 101; n += 1) await prepare("good");
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
  });

  it("decodes one large picture at a time, whichever worker has it", async () => {
    const { workers, prepare } = pool();
    const cancelled = new AbortController();
    const first = prepare("large", cancelled.signal);
    const second = prepare("large");
    await expect.poll(() => workers[0]?.hasTurn).toBe(true);
    expect(await Promise.all([prepare("good"), prepare("good")])).toHaveLength(2);
    expect(workers[1]?.hasTurn).toBe(false);
    cancelled.abort(new Error("cancelled"));
    await expect(first).rejects.toThrow("cancelled");
    await expect.poll(() => workers[1]?.hasTurn).toBe(true);
    workers[1]?.reply({ status: "prepared", image: { thumbhash: "hash" } as never });
    await second;
    // What they hold is let go of at once.
    expect(workers.slice(0, 2).map(({ isTerminated }) => isTerminated)).toEqual([true, true]);
  });

  it("ends them all", async () => {
    const { workers, prepare, close } = pool();
    await prepare("good");
    close();
    expect(workers[0]?.isTerminated).toBe(true);
  });
});
