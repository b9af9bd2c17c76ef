import { isTyping } from "./is-typing";

/** Whether a key is none of the page's: someone types, or something else is open over it. */
export const isTaken = (target: EventTarget | null): boolean =>
  document.querySelector('dialog[open], [aria-modal="true"]') !== null || isTyping(target);
