"use client";

import type { ComponentProps, ReactNode } from "react";
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
    // The library's types know messages as they are written, not as they are compiled.
    <IntlProvider
      locale={language}
      timeZone={zone}
      messages={messages as unknown as NonNullable<ComponentProps<typeof IntlProvider>["messages"]>}
    >
      {children}
    </IntlProvider>
  );
}
