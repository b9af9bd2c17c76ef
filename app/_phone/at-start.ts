import { addStartImage } from "./start-image";

// What only some pages need once they run: those that a shortcut has opened, and all on an iPhone. Whoever loads it has it done.
if (window.location.search === "?add") focusAdding();
if ("standalone" in navigator) addStartImage();

/** A file dialog opens only by the person's own hand. */
function focusAdding(): void {
  window.history.replaceState(window.history.state, "", "/");
  document.querySelector<HTMLElement>("input[type=file][multiple]")?.focus();
}
