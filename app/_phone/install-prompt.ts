import { makeListeners } from "../_ui/listeners";

/** What Chromium has once it thinks that Pail could be installed. */
export interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

let kept: InstallPrompt | null = null;
const { subscribe, tell } = makeListeners();
export const onInstallPrompt = subscribe;

/** Keeps the browser's own banner away; Settings offers it instead. Returns how to stop. */
export function keepInstallPrompt(): () => void {
  const keep = (event: Event) => {
    event.preventDefault();
    show(event as InstallPrompt);
  };
  const forget = () => show(null);
  window.addEventListener("beforeinstallprompt", keep);
  window.addEventListener("appinstalled", forget);
  return () => {
    window.removeEventListener("beforeinstallprompt", keep);
    window.removeEventListener("appinstalled", forget);
  };
}

/** null where the browser has offered nothing, or Pail is installed */
export const keptInstallPrompt = (): InstallPrompt | null => kept;

function show(prompt: InstallPrompt | null): void {
  kept = prompt;
  tell();
}
