import { useSyncExternalStore } from "react";

const never = () => () => {};

/** Whether the page's script runs: what does nothing without it is not in its HTML. */
export const useIsRunning = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
