"use client";

import { type ComponentType, useEffect, useState } from "react";
import type { CompiledMessages } from "@/lib/texts/compiled";
import type { AnyLanguage } from "@/lib/texts/languages";
import { loadTexts } from "../../_texts/late-texts";
import { MoreTexts, useLanguage, useTexts } from "../../_texts/provider";
import { whenLoaded } from "../when-loaded";
import { endAddition, useAddition } from "./addition";
import { Sheet } from "./sheet";

interface Parts {
  messages: CompiledMessages;
  ChooseAlbum: ComponentType<Parameters<typeof import("./choose-album").ChooseAlbum>[0]>;
}

/** Fetched once someone asks for it. */
async function loadParts(language: AnyLanguage): Promise<Parts> {
  const [messages, { ChooseAlbum }] = await Promise.all([
    loadTexts(language, "album"),
    import("./choose-album"),
  ]);
  return { messages, ChooseAlbum };
}

/** Where the question stands into which album pictures are to go, on every page that may ask it. */
export function AlbumHost() {
  const texts = useTexts("albums");
  const language = useLanguage();
  const addition = useAddition();
  const [parts, setParts] = useState<Parts | null>(null);
  const isWanted = addition !== null;

  useEffect(() => {
    if (!isWanted) return;
    void whenLoaded(loadParts(language), setParts, () => endAddition(false));
  }, [isWanted, language]);

  if (addition === null) return null;
  const { pictures } = addition;
  return (
    <Sheet title={texts("addTitle", { count: pictures.length })} onClose={() => endAddition(false)}>
      {parts === null ? (
        <div className="h-80" />
      ) : (
        <MoreTexts messages={parts.messages}>
          <parts.ChooseAlbum pictures={pictures} onAdded={() => endAddition(true)} />
        </MoreTexts>
      )}
    </Sheet>
  );
}
