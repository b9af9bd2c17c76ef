"use client";

import { type ComponentType, useEffect, useState, useSyncExternalStore } from "react";
import type { PictureSize } from "@/lib/images/contract";
import type { CompiledMessages } from "@/lib/texts/compiled";
import { loadTexts } from "../../_texts/late-texts";
import { MoreTexts, useLanguage } from "../../_texts/provider";
import { makeListeners } from "../../_ui/listeners";
import { whenLoaded } from "../when-loaded";

let edited: PictureSize[] | null = null;
const { subscribe, tell } = makeListeners();

/** Asks for another date of these pictures, over whatever is there. */
export function openEditDate(pictures: PictureSize[]): void {
  if (pictures.length > 0) set(pictures);
}

interface Parts {
  messages: CompiledMessages;
  Dialog: ComponentType<{ pictures: PictureSize[]; onClose(): void }>;
}

/** Where the question stands, on every page. What asks it comes with the first use. */
export function EditDateHost() {
  const pictures = useSyncExternalStore(
    subscribe,
    () => edited,
    () => null,
  );
  const language = useLanguage();
  const [parts, setParts] = useState<Parts | null>(null);
  const isWanted = pictures !== null;
  useEffect(() => {
    if (!isWanted) return;
    void whenLoaded(
      Promise.all([loadTexts(language, "image"), import("./edit-date-dialog")]),
      ([messages, { EditDateDialog }]) => setParts({ messages, Dialog: EditDateDialog }),
      () => set(null),
    );
  }, [isWanted, language]);
  if (pictures === null || parts === null) return null;
  const { messages, Dialog } = parts;
  return (
    <MoreTexts messages={messages}>
      <Dialog pictures={pictures} onClose={() => set(null)} />
    </MoreTexts>
  );
}

function set(next: PictureSize[] | null): void {
  edited = next;
  tell();
}
