import { useSyncExternalStore } from "react";

let isOpen = false;
const listeners = new Set<() => void>();

/** Opens the list of keys, over whatever is there. */
export const openKeys = (): void => set(true);

export const closeKeys = (): void => set(false);

export const useKeysOpen = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isOpen,
    () => false,
  );

function set(next: boolean): void {
  isOpen = next;
  for (const listener of listeners) listener();
}
