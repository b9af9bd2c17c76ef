import type PhotoSwipe from "photoswipe";

/** Takes away what PhotoSwipe says to screen readers, in English: the viewer around it says it itself. */
export function tidy({ element, scrollWrap, container, mainScroll }: PhotoSwipe): void {
  const [role, description] = ["role", "aria-roledescription"];
  const spoken: [HTMLElement | undefined, ...string[]][] = [
    [element, role, "tabindex"],
    [scrollWrap, description],
    [container, "aria-live"],
    ...mainScroll.itemHolders.map(({ el }): [HTMLElement, ...string[]] => [el, role, description]),
  ];
  for (const [part, ...names] of spoken) for (const name of names) part?.removeAttribute(name);
}
