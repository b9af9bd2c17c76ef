"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";
import { useAllTexts, useLanguage, useTexts } from "../_texts/provider";
import { toast } from "../_ui/toaster";
import type { PageWords } from "./page-words";
import {
  dropUndo,
  keepUndo,
  offerUndo,
  resumeUndo,
  subscribeToUndo,
  type Undo,
  type UndoOffer,
  undoOffer,
} from "./undo";

/** Shows what is offered to be undone as a toast, and does it. */
export function UndoOffers({ viewerId }: { viewerId: string }) {
  const frame = useTexts("frame");
  const getTexts = useAllTexts();
  const language = useLanguage();
  const offer = useSyncExternalStore(subscribeToUndo, undoOffer, () => null);
  const shown = useRef<UndoOffer | null>(null);

  useEffect(() => resumeUndo(viewerId), [viewerId]);
  useEffect(() => {
    if (offer === null || shown.current === offer || offer.until <= Date.now()) return;
    shown.current = offer;
    toast(offer.text, {
      label: frame("undo"),
      run: () => void run(offer, { getTexts, language }),
      onDismiss: () => dropUndo(offer),
      staysMs: offer.until - Date.now(),
    });
  }, [offer, frame, getTexts, language]);
  return null;
}

async function run({ text, undo }: UndoOffer, words: PageWords): Promise<void> {
  let left = undo;
  // A reload may come before its end, or between its parts.
  const leave = (rest: Undo) => {
    left = rest;
    kept = keepUndo(text, rest);
  };
  let kept = keepUndo(text, undo);
  try {
    const { undone } = await import("./undo-kinds");
    const said = await undone(undo, words, leave);
    dropUndo(kept);
    if (said !== null) toast(said);
  } catch (error) {
    // Next throws where the connection is lost, or the server's build is another.
    console.warn(error);
    offerUndo(words.getTexts("errors")("no_answer"), left);
  }
}
