"use client";

import { createContext, type ReactNode, useMemo } from "react";
import type { CompiledMessages } from "@/lib/texts/compiled";
import type { AnyLanguage } from "@/lib/texts/languages";

interface Texts {
  language: AnyLanguage;
  /** the viewer's time zone, as far as the server knows it */
  zone: string;
  messages: CompiledMessages;
}

export const TextsContext = createContext<Texts>({ language: "en", zone: "UTC", messages: {} });

export function TextsProvider({ language, zone, messages, children }: Texts & { children: ReactNode }) {
  const texts = useMemo(() => ({ language, zone, messages }), [language, zone, messages]);
  return <TextsContext value={texts}>{children}</TextsContext>;
}
