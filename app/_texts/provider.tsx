"use client";

import type { ReactNode } from "react";
import { IntlProvider } from "use-intl/react";
import type { CompiledMessages } from "@/lib/texts/compiled";
import type { AnyLanguage } from "@/lib/texts/languages";

interface TextsProviderProps {
  language: AnyLanguage;
  zone: string;
  messages: CompiledMessages;
  children: ReactNode;
}

export function TextsProvider({ language, zone, messages, children }: TextsProviderProps) {
  return (
    <IntlProvider locale={language} timeZone={zone} messages={messages}>
      {children}
    </IntlProvider>
  );
}
