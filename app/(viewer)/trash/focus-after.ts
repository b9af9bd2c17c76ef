/** Where one goes on once something has gone from a list: at what has taken its place, at the last one, else at the heading. */
export function focusAfter(selector: string, index: number): void {
  const left = [...document.querySelectorAll<HTMLElement>(selector)];
  (left[index] ?? left.at(-1) ?? document.getElementById("trash"))?.focus();
}
