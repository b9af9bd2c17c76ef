import { useSyncExternalStore } from "react";

let version = 0;
const listeners = new Set<() => void>();

/** Facts of some pictures are others now: whoever shows facts asks for them anew. */
export function factsChanged(): void {
  version += 1;
  for (const listener of listeners) listener();
}

/** Another number after each change. */
export const useFactChanges = (): number =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => version,
    () => 0,
  );
