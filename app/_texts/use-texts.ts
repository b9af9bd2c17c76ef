"use client";

import { useContext, useMemo } from "react";
import type { Namespace } from "@/lib/texts/english";
import type { AnyLanguage } from "@/lib/texts/languages";
import { createTranslator, type Translator } from "@/lib/texts/translator";
import { TextsContext } from "./provider";

/** For client components: the texts of one place, which a `Texts` around the page must have given. */
export function useTexts<N extends Namespace>(place: N): Translator<N> {
  const { language, messages } = useContext(TextsContext);
  return useMemo(() => createTranslator(language, messages, place), [language, messages, place]);
}

/** The language of the page. */
export const useLanguage = (): AnyLanguage => useContext(TextsContext).language;
