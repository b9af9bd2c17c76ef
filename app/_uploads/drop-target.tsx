"use client";

import { useEffect, useState } from "react";
import type { AlbumLink } from "@/lib/albums/contract";
import { useTexts } from "../_texts/provider";
import { Glyph, plusPath } from "../_ui/glyph";
import { toast } from "../_ui/toaster";
import { albumUnder } from "./album-here";
import { droppedFiles } from "./dropped-files";
import { isOwnDrag, markOwnDrag } from "./own-drag";

interface DropTargetProps {
  /** `leftOut` were there besides, and are other programs'. */
  onFiles(files: File[], leftOut: number, album: AlbumLink | null): void;
  onNear(): void;
}

/** The whole page takes files that are dropped or pasted, and shows so while one is dragged over it. */
export function DropTarget({ onFiles, onNear }: DropTargetProps) {
  const texts = useTexts("adding");
  const albumTexts = useTexts("albums");
  const [over, setOver] = useState<{ album: AlbumLink | null } | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const listen = <K extends keyof DocumentEventMap>(name: K, react: (event: DocumentEventMap[K]) => void) =>
      document.addEventListener(name, react, { signal: stop.signal });
    listen("dragstart", markOwnDrag);
    // What was dragged in before this script had started is only ever over the page.
    for (const name of ["dragenter", "dragover"] as const)
      listen(name, (event) => {
        if (!hasFiles(event.dataTransfer)) return;
        event.preventDefault();
        if (isOwnDrag(event.dataTransfer)) return refuse(event);
        if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "copy";
        onNear();
        const album = albumUnder(event.target);
        setOver((before) => (before !== null && before.album?.id === album?.id ? before : { album }));
      });
    // Only leaving the window has nothing to go to.
    listen("dragleave", (event) => event.relatedTarget === null && setOver(null));
    listen("drop", (event) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      setOver(null);
      if (event.dataTransfer === null || isOwnDrag(event.dataTransfer)) return;
      const album = albumUnder(event.target);
      void droppedFiles(event.dataTransfer, () => toast(texts("notLoaded"))).then(
        ({ files, leftOut }) => onFiles(files, leftOut, album),
        () => toast(texts("folderUnreadable")),
      );
    });
    listen("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      onFiles(files, 0, albumUnder(null));
    });
    return () => stop.abort();
  }, [onFiles, onNear, texts]);

  if (over === null) return null;
  return (
    <div className="pointer-events-none fixed inset-0 z-50 bg-page/85 p-3 backdrop-blur-sm">
      <div className="grid size-full place-content-center justify-items-center gap-3 rounded-2xl border-2 border-dashed border-accent text-accent">
        <Glyph path={plusPath} sizePx={40} />
        <p className="max-w-full px-4 text-center text-lg font-medium wrap-anywhere">
          {over.album === null ? texts("drop") : albumTexts("dropInto", { name: over.album.name })}
        </p>
      </div>
    </div>
  );
}

/** Not even as a link: a browser would leave the page for it. */
function refuse({ dataTransfer }: DragEvent): void {
  if (dataTransfer !== null) dataTransfer.dropEffect = "none";
}

const hasFiles = (data: DataTransfer | null): boolean => data?.types.includes("Files") ?? false;
