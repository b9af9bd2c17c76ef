/** Whether the browser believes that there is a network, and when something may have changed for the better. */
export interface Connection {
  isOnline(): boolean;
  /** Returns how to stop listening. */
  onOnline(listener: () => void): () => void;
  /** The person came back to this page, perhaps from signing in on another. Returns how to stop listening. */
  onReturn(listener: () => void): () => void;
}

export const browserConnection: Connection = {
  isOnline: () => navigator.onLine,
  onOnline: (listener) => listen("online", listener),
  onReturn: (listener) => listen("focus", listener),
};

function listen(event: "online" | "focus", listener: () => void): () => void {
  window.addEventListener(event, listener);
  return () => window.removeEventListener(event, listener);
}
