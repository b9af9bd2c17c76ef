import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Processes } from "./processes";
import { type StoreName, stores } from "./stores";
import type { RunningStore } from "./test-store";
import { untilItAnswers } from "./until-it-answers";

export interface StartedStore extends RunningStore {
  /** Aborted when the caller's signal is, or when the store ends by itself. */
  signal: AbortSignal;
  /** Ends its processes and removes its folder. */
  stop(): Promise<void>;
}

/**
 * Starts a store of its own on free ports, with a temporary folder, getting it first where it is not here; says on stderr what
 * it does. Throws AppError where that cannot be done, or the signal's reason once it is aborted; then nothing is left.
 */
export async function startStore(name: StoreName, signal: AbortSignal): Promise<StartedStore> {
  const folder = await mkdtemp(path.join(os.tmpdir(), `pail-store-${name}-`));
  const processes = new Processes(folder, signal);
  const stop = async () => {
    await processes.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const running = await stores[name].start({ folder, processes });
    await untilItAnswers(running, processes.signal);
    console.error(`${name}, ${running.version}, answers at ${running.endpoint}`);
    return { ...running, signal: processes.signal, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
