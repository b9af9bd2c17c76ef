/**
 * Where one goes on once something has gone from a list: at what has taken its place, at the last one, else at the page's heading.
 *
 * @param selector of what is left; empty: the heading it is
 */
export function focusAfter(selector: string, index: number): void {
  const left = selector === "" ? [] : [...document.querySelectorAll<HTMLElement>(selector)];
  (left[index] ?? left.at(-1) ?? document.getElementById("trash"))?.focus();
}
