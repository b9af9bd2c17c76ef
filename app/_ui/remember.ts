const yearSeconds = 365 * 24 * 60 * 60;

/** Keeps a choice in a cookie, for the next page to arrive in. */
export function remember(cookie: string, choice: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs a secure context, and is not in every browser.
  document.cookie = `${cookie}=${choice}; path=/; max-age=${yearSeconds}; samesite=lax`;
}
