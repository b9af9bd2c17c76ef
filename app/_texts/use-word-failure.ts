"use client";

import { useCallback } from "react";
import type { Failure } from "@/lib/errors";
import { wordFailure } from "@/lib/texts/word-failure";
import { useLanguage, useTexts } from "./provider";

/** How a failure reads in the page's language. The page must have the texts of `errors`. */
export function useWordFailure(): (failure: Failure) => string {
  const texts = useTexts("errors");
  const language = useLanguage();
  return useCallback((failure) => wordFailure(texts, language, failure), [texts, language]);
}
