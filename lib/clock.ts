let offsetMs = 0;

/** The current time. Everything that reads the time reads it here, so that tests can set it. */
export function now(): Date {
  return new Date(Date.now() + offsetMs);
}

/** For tests: from here on `now()` starts at `time` and goes on at the usual pace; null returns to the real clock. */
export function setClock(time: Date | null): void {
  offsetMs = time === null ? 0 : time.getTime() - Date.now();
}
