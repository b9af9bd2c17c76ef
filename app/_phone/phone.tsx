"use client";

import { useEffect } from "react";
import { keepInstallPrompt } from "./install-prompt";

/** Registers the service worker once the page has all that it needs itself, and heeds the shortcut that leads to adding. */
export function Phone() {
  useEffect(() => {
    const forget = keepInstallPrompt();
    if (location.search === "?add" || "standalone" in navigator) import("./at-start").catch(console.warn);
    if (document.readyState === "complete") register();
    else window.addEventListener("load", register);
    return forget;
  }, []);
  return null;
}

function register(): void {
  if (process.env.NODE_ENV !== "production") return;
  // Browsers have none where the page came over plain http.
  navigator.serviceWorker
    ?.register("/worker.js", { updateViaCache: "none" })
    .catch((error: unknown) => console.warn("the service worker is not there", error));
}
