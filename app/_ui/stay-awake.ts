/**
 * Keeps the screen on, and with it a phone's connection, until the returned function is called. The browser lets go of it whenever the
 * page is hidden, and it is taken again with the page. Where a browser has none, or refuses as on a low battery, nothing happens.
 */
export function stayAwake(): () => void {
  if (!("wakeLock" in navigator)) return () => {};
  let isOver = false;
  let held: WakeLockSentinel | null = null;
  const take = async () => {
    if (isOver || document.visibilityState !== "visible" || held?.released === false) return;
    try {
      const lock = await navigator.wakeLock.request("screen");
      if (isOver) await lock.release();
      else held = lock;
    } catch (error) {
      console.debug("the screen may go off", error);
    }
  };
  const onVisible = () => void take();
  document.addEventListener("visibilitychange", onVisible);
  void take();
  return () => {
    isOver = true;
    document.removeEventListener("visibilitychange", onVisible);
    void held?.release();
  };
}
