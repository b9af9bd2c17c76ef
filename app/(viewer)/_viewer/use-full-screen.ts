import { useEffect, useSyncExternalStore } from "react";

/** The whole page, so that toasts are seen too. null where the browser has no full screen, as on iPhones. */
export function useFullScreen(): { isOn: boolean; toggle(): void } | null {
  const isOn = useSyncExternalStore(
    (listener) => {
      document.addEventListener("fullscreenchange", listener);
      return () => document.removeEventListener("fullscreenchange", listener);
    },
    () => document.fullscreenElement !== null,
    () => false,
  );
  useEffect(() => () => leave(), []);
  if (!document.fullscreenEnabled) return null;
  return { isOn, toggle };
}

/** By what is so now: it may have been pressed again before anything of it was shown. */
function toggle(): void {
  // A browser may refuse, and then nothing changes.
  if (document.fullscreenElement === null) document.documentElement.requestFullscreen().catch(() => null);
  else leave();
}

function leave(): void {
  if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => null);
}
