import { useSyncExternalStore } from "react";
import { makeListeners } from "../../_ui/listeners";

let version = 0;
const { subscribe, tell } = makeListeners();

/** Facts of some pictures are others now: whoever shows facts asks for them anew. */
export function factsChanged(): void {
  version += 1;
  tell();
}

/** Another number after each change. */
export const useFactChanges = (): number =>
  useSyncExternalStore(
    subscribe,
    () => version,
    () => 0,
  );
