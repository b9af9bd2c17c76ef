const maxRetryMs = 30_000;

/** Loads scripts, and asks until they come; `onFailed` is called each time that they do not. */
export async function untilLoaded<T>(
  load: () => Promise<T>,
  onFailed: () => void,
  retryMs = 1000,
): Promise<T> {
  try {
    return await load();
  } catch {
    onFailed();
    await new Promise((resolve) => setTimeout(resolve, retryMs));
    return untilLoaded(load, onFailed, Math.min(maxRetryMs, 2 * retryMs));
  }
}
