"use client";

import { createContext, type ReactNode, useCallback, useContext, useMemo } from "react";
import type { CompiledMessages } from "@/lib/texts/compiled";
import type { Namespace } from "@/lib/texts/english";
import type { AnyLanguage } from "@/lib/texts/languages";
import { createTranslator, type Translator } from "@/lib/texts/translator";

interface Texts {
  language: AnyLanguage;
  /** the viewer's time zone, as far as the server knows it */
  zone: string;
  messages: CompiledMessages;
}

const TextsContext = createContext<Texts>({ language: "en", zone: "UTC", messages: {} });

// All in one file: what the root's layout has, no other part of a page brings again.
export function TextsProvider({ language, zone, messages, children }: Texts & { children: ReactNode }) {
  const texts = useMemo(() => ({ language, zone, messages }), [language, zone, messages]);
  return <TextsContext value={texts}>{children}</TextsContext>;
}

/** Adds texts that the page did not bring: see `loadTexts`. */
export function MoreTexts({ messages, children }: Pick<Texts, "messages"> & { children: ReactNode }) {
  const around = useContext(TextsContext);
  const texts = useMemo(
    () => ({ ...around, messages: { ...around.messages, ...messages } }),
    [around, messages],
  );
  return <TextsContext value={texts}>{children}</TextsContext>;
}

/** For client components: the texts of one place, which a `Texts` around the page must have given. */
export function useTexts<N extends Namespace>(place: N): Translator<N> {
  const { language, messages } = useContext(TextsContext);
  return useMemo(() => createTranslator(language, messages, place), [language, messages, place]);
}

/** The same for what learns only later which place it needs. */
export function useAllTexts(): <N extends Namespace>(place: N) => Translator<N> {
  const { language, messages } = useContext(TextsContext);
  return useCallback((place) => createTranslator(language, messages, place), [language, messages]);
}

/** The language of the page. */
export const useLanguage = (): AnyLanguage => useContext(TextsContext).language;

/** The time zone that the server knows; `useZone` has the viewer's. */
export const useKnownZone = (): string => useContext(TextsContext).zone;
