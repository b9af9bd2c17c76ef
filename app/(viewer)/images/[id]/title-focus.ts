let awaited: string | null = null;

/** The page of this picture is about to be another, and what has the focus about to go: it goes on at the title. */
export function goOnAtTitle(id: string): void {
  awaited = id;
}

/** Whether it is this page's. */
export function takesTitleFocus(id: string): boolean {
  const isAwaited = awaited === id;
  if (isAwaited) awaited = null;
  return isAwaited;
}
