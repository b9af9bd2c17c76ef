"use client";

import { type ComponentType, useEffect, useState } from "react";
import type { PictureSize } from "@/lib/images/contract";
import type { CompiledMessages } from "@/lib/texts/compiled";
import type { AnyLanguage } from "@/lib/texts/languages";
import { loadTexts } from "../../_texts/late-texts";
import { MoreTexts, useLanguage, useTexts } from "../../_texts/provider";
import { ask } from "../question";
import { whenLoaded } from "../when-loaded";
import { Sheet } from "./sheet";

/** Asks into which album these pictures are to go, and puts them there. Resolves to whether they are in one. */
export function openAddToAlbum(pictures: PictureSize[]): Promise<boolean> {
  if (pictures.length === 0) return Promise.resolve(false);
  return new Promise((resolve) => {
    ask(
      (end) => <AddToAlbum pictures={pictures} onAdded={() => resolve(true)} onEnd={end} />,
      () => resolve(false),
    );
  });
}

interface Parts {
  messages: CompiledMessages;
  ChooseAlbum: ComponentType<Parameters<typeof import("./choose-album").ChooseAlbum>[0]>;
}

async function loadParts(language: AnyLanguage): Promise<Parts> {
  const [messages, { ChooseAlbum }] = await Promise.all([
    loadTexts(language, "album"),
    import("./choose-album"),
  ]);
  return { messages, ChooseAlbum };
}

interface AddToAlbumProps {
  pictures: PictureSize[];
  onAdded(): void;
  onEnd(): void;
}

function AddToAlbum({ pictures, onAdded, onEnd }: AddToAlbumProps) {
  const texts = useTexts("albums");
  const language = useLanguage();
  const [parts, setParts] = useState<Parts | null>(null);
  useEffect(() => {
    void whenLoaded(loadParts(language), setParts, onEnd);
  }, [language, onEnd]);
  return (
    <Sheet title={texts("addTitle", { count: pictures.length })} onClose={onEnd}>
      {parts === null ? (
        <div className="h-80" />
      ) : (
        <MoreTexts messages={parts.messages}>
          <parts.ChooseAlbum
            pictures={pictures}
            onAdded={() => {
              onAdded();
              onEnd();
            }}
          />
        </MoreTexts>
      )}
    </Sheet>
  );
}
