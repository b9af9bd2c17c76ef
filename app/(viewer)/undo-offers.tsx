"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";
import { useAllTexts, useTexts } from "../_texts/provider";
import { useWordFailure } from "../_texts/use-word-failure";
import { toast } from "../_ui/toaster";
import {
  dropUndo,
  keepUndo,
  offerUndo,
  resumeUndo,
  subscribeToUndo,
  type Undo,
  type UndoOffer,
  type UndoTools,
  type UndoValues,
  undoOffer,
} from "./undo";
import { undoings } from "./undo-kinds";

/** Shows what is offered to be undone as a toast, and does it. */
export function UndoOffers({ viewerId }: { viewerId: string }) {
  const frame = useTexts("frame");
  const getTexts = useAllTexts();
  const wordFailure = useWordFailure();
  const offer = useSyncExternalStore(subscribeToUndo, undoOffer, () => null);
  const shown = useRef<UndoOffer | null>(null);

  useEffect(() => resumeUndo(viewerId), [viewerId]);
  useEffect(() => {
    if (offer === null || shown.current === offer || offer.until <= Date.now()) return;
    shown.current = offer;
    toast(offer.text, {
      label: frame("undo"),
      run: () => void run(offer, { getTexts, wordFailure }),
      onDismiss: () => dropUndo(offer),
      staysMs: offer.until - Date.now(),
    });
  }, [offer, frame, getTexts, wordFailure]);
  return null;
}

async function run({ text, undo }: UndoOffer, tools: Omit<UndoTools, "leave">): Promise<void> {
  let left = undo;
  // A reload may come before its end, or between its parts.
  const leave = (rest: Undo) => {
    left = rest;
    kept = keepUndo(text, rest);
  };
  let kept = keepUndo(text, undo);
  try {
    const said = await undone(undo, { ...tools, leave });
    dropUndo(kept);
    if (said !== null) toast(said);
  } catch (error) {
    // Next throws where the connection is lost, or the server's build is another.
    console.warn(error);
    offerUndo(tools.wordFailure({ code: "no_answer", message: "" }), left);
  }
}

/** The compiler cannot see that a kind and its values belong together. */
async function undone<K extends Undo["kind"]>(undo: { kind: K }, tools: UndoTools): Promise<string | null> {
  const how = await undoings[undo.kind]();
  return how(undo as unknown as UndoValues[K], tools);
}
