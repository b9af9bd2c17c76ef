"use client";

import { useSyncExternalStore } from "react";
import { useTexts } from "../_texts/provider";
import { makeListeners } from "./listeners";
import { remember } from "./remember";
import { type Theme, themeCookie, themeOf, themes } from "./theme";

/** As the system has it, light, or dark. A cookie keeps the choice, so that the next page arrives in it. */
export function ThemeSwitch({ initial }: { initial: Theme }) {
  const texts = useTexts("frame");
  const theme = useSyncExternalStore(
    subscribe,
    () => themeOf(document.documentElement.dataset.theme),
    () => initial,
  );
  return (
    <fieldset className="flex w-full rounded-full border border-line">
      <legend className="sr-only">{texts("colours")}</legend>
      {themes.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === theme}
          onClick={() => choose(each)}
          className="min-h-11 flex-1 rounded-full px-2 text-sm text-quiet transition-colors hover:text-text aria-pressed:bg-accent/14 aria-pressed:font-medium aria-pressed:text-accent"
        >
          {texts("theme", { theme: each })}
        </button>
      ))}
    </fieldset>
  );
}

/** A page may have two of them. */
const { subscribe, tell } = makeListeners();

function choose(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  remember(themeCookie, theme);
  tell();
}
