/** Whether the browser believes that there is a network, and when that changes for the better. */
export interface Connection {
  isOnline(): boolean;
  /** Returns how to stop listening. */
  onOnline(listener: () => void): () => void;
}

export const browserConnection: Connection = {
  isOnline: () => navigator.onLine,
  onOnline(listener) {
    window.addEventListener("online", listener);
    return () => window.removeEventListener("online", listener);
  },
};
