/** What stands before the page's own title. */
let shownPrefix = "";

/** The page's own title, without what is shown before it. */
export function titleOfPage(): string {
  const { title } = document;
  return title.startsWith(shownPrefix) ? title.slice(shownPrefix.length) : title;
}

/** Shows this in the browser's tab before the page's own title; null, nothing. */
export function showBeforeTitle(state: string | null): void {
  const own = titleOfPage();
  shownPrefix = state === null ? "" : `${state} · `;
  const shown = shownPrefix + own;
  if (document.title !== shown) document.title = shown;
}
