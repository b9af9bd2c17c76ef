/** No page takes longer to go. Whoever stays after all waits so long, at most, until a failure is believed. */
const lastsMs = 30_000;

let leftAtMs = Number.NEGATIVE_INFINITY;

/** Whether somebody may have left this page, which is not gone yet. */
export const isLeaving = (): boolean => performance.now() - leftAtMs < lastsMs;

// Servers and programs have no window.
if (typeof window !== "undefined")
  window.addEventListener("beforeunload", () => {
    leftAtMs = Number.POSITIVE_INFINITY;
    // Nothing runs while the browser asks whether to leave, and nothing tells what was answered.
    setTimeout(() => {
      leftAtMs = performance.now();
    });
  });
