import { useSyncExternalStore } from "react";
import type { PictureSize } from "@/lib/images/contract";
import { makeListeners } from "../../_ui/listeners";

/** Pictures that are to go into an album which is not chosen yet. */
interface Addition {
  pictures: PictureSize[];
  end(areAdded: boolean): void;
}

let addition: Addition | null = null;
const { subscribe, tell } = makeListeners();

export function setAddition(next: Addition | null): void {
  addition?.end(false);
  addition = next;
  tell();
}

/** The question is answered, or closed. */
export function endAddition(areAdded: boolean): void {
  const ended = addition;
  addition = null;
  setAddition(null);
  // Only now: what goes on from here finds the question gone.
  ended?.end(areAdded);
}

export const useAddition = (): Addition | null =>
  useSyncExternalStore(
    subscribe,
    () => addition,
    () => null,
  );
