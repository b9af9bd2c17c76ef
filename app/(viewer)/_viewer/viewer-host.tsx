"use client";

import { usePathname, useSelectedLayoutSegment } from "next/navigation";
import { type ComponentType, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { CompiledMessages } from "@/lib/texts/compiled";
import type { AnyLanguage } from "@/lib/texts/languages";
import { loadTexts } from "../../_texts/late-texts";
import { MoreTexts, useLanguage } from "../../_texts/provider";
import { urlsOf } from "../../_ui/fresh-urls";
import type { PictureList } from "../_timeline/picture-list";
import { closeKeys, useKeysOpen } from "./open-keys";
import {
  closeViewer,
  dropViewer,
  isViewerLeaving,
  type OpenedViewer,
  reopenViewer,
  useOpenedViewer,
} from "./open-viewer";
import { pictureIdIn, thumbSrcOf, tileIdOf } from "./tile-of";

interface Parts {
  messages: CompiledMessages;
  Viewer: ComponentType<{ opened: OpenedViewer; onClose(): void }>;
  Keys: ComponentType<{ onClose(): void }>;
}

/** Fetched once someone reaches for a picture. */
async function loadParts(language: AnyLanguage): Promise<Parts> {
  const [messages, { Viewer }, { Keys }] = await Promise.all([
    loadTexts(language, "viewer"),
    import("./viewer"),
    import("./keys"),
  ]);
  return { messages, Viewer, Keys };
}

/** Where the viewer stands, on every page that may show pictures. */
export function ViewerHost() {
  const opened = useOpenedViewer();
  const keysOpen = useKeysOpen();
  const language = useLanguage();
  const [parts, setParts] = useState<Parts | null>(null);
  const isWanted = opened !== null || keysOpen;
  useWarmUp(language);
  useHistory(opened);
  useEffect(() => {
    if (!isWanted) return;
    loadParts(language).then(setParts, () => {
      // The address is the picture's: its page does without what did not come.
      if (opened !== null) window.location.reload();
      closeKeys();
    });
  }, [isWanted, language, opened]);

  if (parts === null) return opened === null ? null : <FirstLook {...opened} />;
  const { Viewer, Keys, messages } = parts;
  return (
    <MoreTexts messages={messages}>
      {opened === null ? null : <Viewer opened={opened} onClose={closeViewer} />}
      {keysOpen ? <Keys onClose={closeKeys} /> : null}
    </MoreTexts>
  );
}

/** The thumb that is there already, until what shows more has come. */
function FirstLook({ list, index }: OpenedViewer) {
  useEffect(() => {
    const onKeyDown = ({ key }: KeyboardEvent) => key === "Escape" && closeViewer();
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  const image = list.at(index);
  if (image === null) return null;
  return (
    <div className="fixed inset-0 z-50 grid place-items-center bg-black">
      {/* biome-ignore lint/performance/noImgElement: next/image would pull the bytes through the app and re-key them. */}
      <img
        src={thumbSrcOf(image) ?? undefined}
        alt={image.title}
        width={image.width}
        height={image.height}
        className="size-auto max-h-dvh max-w-full"
      />
    </div>
  );
}

/** What shows a picture large begins to come once someone reaches for a tile. */
function useWarmUp(language: AnyLanguage): void {
  useEffect(() => {
    const reach = ({ type, target }: Event) => {
      const id = tileIdOf(target);
      if (id === null) return;
      // Should it not come now, it is asked for again on opening.
      loadParts(language).catch(() => null);
      if (type === "pointerdown") void urlsOf(id);
    };
    const stop = new AbortController();
    for (const type of ["pointerover", "pointerdown", "focusin"])
      document.addEventListener(type, reach, { signal: stop.signal, passive: true });
    return () => stop.abort();
  }, [language]);
}

/**
 * Keeps the viewer and the address together: Back closes, Forward opens again, another page closes. The page's own segments tell a
 * picture's page from a viewer over another page, which has the same address.
 */
function useHistory(opened: OpenedViewer | null): void {
  const pathname = usePathname();
  const isPage = useSelectedLayoutSegment() === "images";
  const last = useRef<{ list: PictureList; from: string } | null>(null);
  const place = useRef("");
  const id = isPage ? null : pictureIdIn(pathname);

  useEffect(() => {
    // Before Next has rendered anything.
    const onPopState = () => pictureIdIn(window.location.pathname) === null && dropViewer();
    window.addEventListener("popstate", onPopState);
    return () => window.removeEventListener("popstate", onPopState);
  }, []);

  useLayoutEffect(() => {
    if (opened !== null) last.current = { list: opened.list, from: place.current };
  }, [opened]);

  useEffect(() => {
    const addressed = pictureIdIn(window.location.pathname);
    if (id === null) {
      place.current = pathname;
      if (last.current !== null && last.current.from !== pathname) last.current = null;
      if (isPage || addressed === null) dropViewer();
      return;
    }
    if (opened !== null || isViewerLeaving() || addressed !== id) return;
    // Forward, or back from elsewhere.
    const list = last.current?.list;
    const index = list?.indexOf(id) ?? null;
    if (list === undefined || index === null) window.location.reload();
    else reopenViewer(list, index);
  }, [id, isPage, pathname, opened]);
}
