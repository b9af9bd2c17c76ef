"use client";

import { useCallback } from "react";
import { useLocale, useTranslations } from "use-intl/react";
import type { Failure } from "@/lib/errors";
import { wordFailure } from "@/lib/texts/word-failure";

/** How a failure reads in the page's language. The page must have the texts of `errors`. */
export function useWordFailure(): (failure: Failure) => string {
  const texts = useTranslations("errors");
  const language = useLocale();
  return useCallback((failure) => wordFailure(texts, language, failure), [texts, language]);
}
