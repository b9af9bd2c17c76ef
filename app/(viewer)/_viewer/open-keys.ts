import { useSyncExternalStore } from "react";
import { makeListeners } from "../../_ui/listeners";

let isOpen = false;
const { subscribe, tell } = makeListeners();

/** Opens the list of keys, over whatever is there. */
export const openKeys = (): void => set(true);

export const closeKeys = (): void => set(false);

export const useKeysOpen = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () => isOpen,
    () => false,
  );

function set(next: boolean): void {
  isOpen = next;
  tell();
}
