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
  // A browser may refuse, and then nothing changes.
  const enter = () => void document.documentElement.requestFullscreen().catch(() => null);
  return { isOn, toggle: isOn ? leave : enter };
}

function leave(): void {
  if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => null);
}
