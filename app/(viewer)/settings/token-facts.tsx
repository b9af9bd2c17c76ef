"use client";

import { formatShortDay } from "@/lib/texts/formats";
import { useLanguage, useTexts } from "../../_texts/provider";
import { useZone } from "../../_texts/use-zone";

interface TokenProps {
  scopes: ("upload" | "read" | "delete")[];
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
}

/** What a token may do, and its days by the viewer's own calendar. */
export function TokenFacts({ scopes, createdAt, lastUsedAt, expiresAt }: TokenProps) {
  const texts = useTexts("settings");
  const language = useLanguage();
  const zone = useZone();
  const day = (date: Date) => formatShortDay(language, zone, date);
  const facts = [
    texts("may", { scopes: scopes.map((scope) => texts("scope", { scope })).join(", ") }),
    texts("made", { day: day(createdAt) }),
    lastUsedAt === null ? texts("neverUsed") : texts("lastUsed", { day: day(lastUsedAt) }),
    expiresAt === null ? texts("neverExpires") : texts("expires", { day: day(expiresAt) }),
  ];
  return <p className="text-sm text-quiet">{facts.join(" · ")}</p>;
}
