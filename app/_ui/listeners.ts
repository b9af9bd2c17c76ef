/** Who is to hear of something that outlives components: `subscribe` is for React's useSyncExternalStore. */
export function makeListeners() {
  const listeners = new Set<() => void>();
  return {
    subscribe(this: void, listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(this: void): void {
      for (const listener of listeners) listener();
    },
  };
}
