import { useSyncExternalStore } from "react";
import type { Failure, Result } from "@/lib/errors";
import { maxImagesPerAction } from "@/lib/images/contract";
import { makeListeners } from "../../_ui/listeners";
import { answerOf } from "../answer-of";

/** What is being done with many pictures, as the selection's bar shows it. */
export interface Work {
  done: number;
  total: number;
  /** What the bar says of it. */
  say(done: number, total: number): string;
  state: "running" | "stopping" | { failure: Failure };
  stop(): void;
  /** After a failure: tries the same pictures again. */
  goOn(): void;
}

export interface BatchesEnd {
  status: "done" | "stopped";
  /** those of the requests that succeeded */
  done: string[];
}

let work: Work | null = null;
let turn: Promise<unknown> = Promise.resolve();
const { subscribe, tell } = makeListeners();

/**
 * Does something with any number of pictures, so many a request as an action takes, one after another; the bar shows how far it is
 * and can stop it. Where a request fails, for want of a connection or by its answer, the bar says so and waits until the person
 * goes on or stops. Of two that are asked for at once the second waits.
 *
 * @param onDone what came of each request, of which pictures, and whether it was asked before, as its answer may have got lost
 * @param onBegin before each request, whose answer may be lost
 */
export function inBatches<T>(
  ids: string[],
  say: Work["say"],
  request: (ids: string[]) => Promise<Result<T>>,
  onDone: (value: T, ids: string[], isAgain: boolean) => void,
  onBegin: (ids: string[]) => void = () => {},
): Promise<BatchesEnd> {
  const end = turn.then(() => run(ids, say, request, onDone, onBegin));
  turn = end.catch(() => {});
  return end;
}

async function run<T>(
  ids: string[],
  say: Work["say"],
  request: (ids: string[]) => Promise<Result<T>>,
  onDone: (value: T, ids: string[], isAgain: boolean) => void,
  onBegin: (ids: string[]) => void,
): Promise<BatchesEnd> {
  let done = 0;
  let hasFailed = false;
  let isStopped = false;
  let decide = () => {};
  const show = (state: Work["state"]) => set({ done, total: ids.length, say, state, stop, goOn });
  const goOn = () => decide();
  const stop = () => {
    isStopped = true;
    if (work?.state === "running") show("stopping");
    decide();
  };
  try {
    while (done < ids.length && !isStopped) {
      show("running");
      const batch = ids.slice(done, done + maxImagesPerAction);
      onBegin(batch);
      const result = await answerOf(request(batch));
      if (result.ok) {
        done += batch.length;
        onDone(result.value, batch, hasFailed);
        hasFailed = false;
      } else if (!isStopped) {
        hasFailed = true;
        await new Promise<void>((resolve) => {
          decide = resolve;
          show({ failure: result.error });
        });
      }
    }
    return { status: done < ids.length ? "stopped" : "done", done: ids.slice(0, done) };
  } finally {
    set(null);
  }
}

export const workNow = (): Work | null => work;
export const isWorking = (): boolean => work !== null;

export const useWork = (): Work | null => useSyncExternalStore(subscribe, workNow, () => null);

function set(next: Work | null): void {
  work = next;
  tell();
}
