"use client";

import { useSyncExternalStore } from "react";
import { useTexts } from "../_texts/provider";
import { quietButton } from "../_ui/styles";
import { keptInstallPrompt, onInstallPrompt } from "./install-prompt";

/** Where the browser can install Pail, says so; else nothing. */
export function InstallPail() {
  const texts = useTexts("phone");
  const prompt = useSyncExternalStore(onInstallPrompt, keptInstallPrompt, () => null);
  if (prompt === null) return null;
  return (
    <section className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <p className="text-quiet">{texts("installHint")}</p>
      <button type="button" className={quietButton} onClick={() => void prompt.prompt()}>
        {texts("installPail")}
      </button>
    </section>
  );
}
