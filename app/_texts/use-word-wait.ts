"use client";

import { useCallback } from "react";
import type { ErrorCode } from "@/lib/error-codes";
import { wordWait } from "@/lib/texts/word-wait";
import { useTexts } from "./provider";

/** Why something waits, by the code of the failure behind it. The page must have the texts of `waiting` and `errors`. */
export function useWordWait(): (code: ErrorCode) => string {
  const texts = useTexts("waiting");
  const errors = useTexts("errors");
  return useCallback((code) => wordWait(texts, errors, code), [texts, errors]);
}
