"use client";

import { useLocale, useTranslations } from "use-intl/react";
import type { Namespace } from "@/lib/texts/english";
import type { AnyLanguage } from "@/lib/texts/languages";
import type { Translator } from "./translator";

/** For client components: the texts of one place, which a `Texts` around the page must have given. */
export const useTexts = <N extends Namespace>(place: N): Translator<N> =>
  useTranslations(place) as unknown as Translator<N>;

/** The language of the page. */
export const useLanguage = (): AnyLanguage => useLocale() as AnyLanguage;
