"use client";

import { useContext, useEffect, useSyncExternalStore } from "react";
import { zoneCookie } from "@/lib/texts/zone";
import { TextsContext } from "./provider";

const yearSeconds = 365 * 24 * 60 * 60;

/**
 * The viewer's time zone. The page comes in the one that its server knows, and once it runs it shows the browser's, of which it
 * leaves a note for the next page.
 */
export function useZone(): string {
  const known = useContext(TextsContext).zone;
  const zone = useSyncExternalStore(noChanges, browserZone, () => known);
  useEffect(() => {
    if (zone === known) return;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs a secure context, and is not in every browser.
    document.cookie = `${zoneCookie}=${zone}; path=/; max-age=${yearSeconds}; samesite=lax`;
  }, [zone, known]);
  return zone;
}

const noChanges = () => () => {};

function browserZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";
}
