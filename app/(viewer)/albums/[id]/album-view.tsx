"use client";

import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import type { Album } from "@/lib/albums/contract";
import { useTexts } from "../../../_texts/provider";
import { primaryButton, quietButton } from "../../../_ui/styles";
import { refreshGallery } from "../../gallery-changes";
import { AlbumOptions } from "./album-options";

const Arrange = lazy(async () => ({ default: (await import("./arrange")).Arrange }));

/** What can be done with an album, and its pictures: to look at, or, where they are ordered by hand, to move. */
export function AlbumView({ album, children }: { album: Album; children: ReactNode }) {
  const texts = useTexts("album");
  const albumTexts = useTexts("albums");
  const [isArranging, setArranging] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  const arrange = (on: boolean) => {
    setArranging(on);
    if (!on) refreshGallery();
    toggle.current?.focus();
  };
  const isByHand = album.sorting === "hand";
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 px-3 pb-3 sm:px-6">
        <p className="me-auto text-sm text-quiet">{albumTexts("count", { count: album.count })}</p>
        {isByHand && (album.count > 1 || isArranging) ? (
          <button
            ref={toggle}
            type="button"
            className={`${isArranging ? primaryButton : quietButton} transition-none`}
            onClick={() => arrange(!isArranging)}
          >
            {isArranging ? texts("done") : texts("arrange")}
          </button>
        ) : null}
        {isArranging ? null : <AlbumOptions album={album} />}
      </div>
      {isArranging && isByHand ? (
        <Suspense fallback={null}>
          <Arrange id={album.id} count={album.count} />
        </Suspense>
      ) : (
        children
      )}
    </>
  );
}
