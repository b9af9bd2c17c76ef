let pending = new AbortController();

/** Those that wait in line have come to their turn by then. */
const untilNextMs = 100;

/** Aborts all calls of server actions: the one that is under way, and those that wait for it. Each of them rejects. */
export function abortActions(): void {
  pending.abort();
  setTimeout(() => {
    pending = new AbortController();
  }, untilNextMs);
}

/**
 * Makes `abortActions` work, until the returned function is called. See "Timeouts" in lib/uploads/README.md. Next sends a page's actions one after another and gives them no
 * signal: one that is stuck would hold up all later ones for as long as its socket lives.
 */
export function enableAbortActions(): () => void {
  const { fetch } = window;
  window.fetch = (input, init) => {
    const isAction = new Headers(init?.headers).has("next-action");
    return fetch(input, isAction ? { ...init, signal: pending.signal } : init);
  };
  return () => {
    window.fetch = fetch;
  };
}
