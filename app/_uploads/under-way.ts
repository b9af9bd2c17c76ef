const keyOf = (viewerId: string): string => `pail-under-way-${viewerId}`;

/** Notes for all pages of this browser whether the viewer has pictures on their way. */
export function noteUnderWay(viewerId: string, isUnderWay: boolean): void {
  if (isUnderWay) localStorage.setItem(keyOf(viewerId), "1");
  else localStorage.removeItem(keyOf(viewerId));
}

/** Calls back where there are some, or once another page has some. Returns how to stop. */
export function whenUnderWay(viewerId: string, callback: () => void): () => void {
  if (localStorage.getItem(keyOf(viewerId)) !== null) callback();
  const listen = ({ key, newValue }: StorageEvent) => {
    if (key === keyOf(viewerId) && newValue !== null) callback();
  };
  window.addEventListener("storage", listen);
  return () => window.removeEventListener("storage", listen);
}
