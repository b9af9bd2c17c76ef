const key = "pail-shared";

/** Notes that whoever is signed in next wants what the share sheet has brought under this id. */
export function wantShared(id: string): void {
  localStorage.setItem(key, [...idsNoted(), id].join(" "));
}

/** What is noted, once. */
export function takeSharedIds(): string[] {
  const ids = idsNoted();
  if (ids.length > 0) localStorage.removeItem(key);
  return ids;
}

const idsNoted = (): string[] => localStorage.getItem(key)?.split(" ") ?? [];
