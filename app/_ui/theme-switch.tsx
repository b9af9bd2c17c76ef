"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { useTexts } from "../_texts/provider";
import { remember } from "./remember";
import { iconButton } from "./styles";
import { type Theme, themeCookie, themes } from "./theme";

const icons = { system: Monitor, light: Sun, dark: Moon };

/** Goes round: as the system has it, light, dark. A cookie keeps the choice, so that the next page arrives in it. */
export function ThemeSwitch({ initial }: { initial: Theme }) {
  const texts = useTexts("frame");
  const [theme, setTheme] = useState(initial);
  const Icon = icons[theme];
  const label = texts("colours", { theme });
  const choose = () => {
    const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system";
    document.documentElement.dataset.theme = next;
    remember(themeCookie, next);
    setTheme(next);
  };
  return (
    <button type="button" className={iconButton} onClick={choose} aria-label={label} title={label}>
      <Icon aria-hidden size={20} />
    </button>
  );
}
