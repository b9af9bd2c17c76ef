"use client";

import { formatDay } from "@/lib/texts/formats";
import { useLanguage } from "./provider";
import { useZone } from "./use-zone";

/** @param at ms since the epoch */
export function Day({ at }: { at: number }) {
  const language = useLanguage();
  return <time dateTime={new Date(at).toISOString()}>{formatDay(language, useZone(), at)}</time>;
}
