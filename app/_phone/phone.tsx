"use client";

import { useEffect } from "react";
import { keepInstallPrompt } from "./install-prompt";

/** Registers the service worker once the page has all that it needs itself, and heeds the shortcut that leads to adding. */
export function Phone() {
  useEffect(() => {
    const forget = keepInstallPrompt();
    if (window.location.search === "?add" || "standalone" in navigator)
      void import("./at-start").then(({ beginAtStart }) => beginAtStart(), console.warn);
    if (document.readyState === "complete") register();
    else window.addEventListener("load", register, { once: true });
    return forget;
  }, []);
  return null;
}

function register(): void {
  // Browsers have none where the page came over plain http.
  if (process.env.NODE_ENV !== "production" || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker
    .register("/worker.js", { updateViaCache: "none" })
    .catch((error: unknown) => console.warn("the service worker is not there", error));
}
