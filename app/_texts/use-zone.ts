"use client";

import { useEffect, useSyncExternalStore } from "react";
import { zoneCookie } from "@/lib/texts/zone";
import { remember } from "../_ui/remember";
import { useKnownZone } from "./provider";

/**
 * The viewer's time zone. The page comes in the one that its server knows, and once it runs it shows the browser's, of which it
 * leaves a note for the next page.
 */
export function useZone(): string {
  const known = useKnownZone();
  const zone = useSyncExternalStore(noChanges, browserZone, () => known);
  useEffect(() => {
    if (zone === known) return;
    remember(zoneCookie, zone);
  }, [zone, known]);
  return zone;
}

const noChanges = () => () => {};

function browserZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";
}
