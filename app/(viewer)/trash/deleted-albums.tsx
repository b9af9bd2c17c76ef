"use client";

import { RotateCcw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState, useTransition } from "react";
import type { DeletedAlbum } from "@/lib/albums/contract";
import { useTexts } from "../../_texts/provider";
import { useWordFailure } from "../../_texts/use-word-failure";
import { dangerButton, quietButton } from "../../_ui/styles";
import { toast } from "../../_ui/toaster";
import { answerOf } from "../answer-of";
import { bringAlbumBack, purgeOneAlbum } from "./actions";
import { AskDialog } from "./ask-dialog";
import { focusAfter } from "./focus-after";

/** Albums in the trash, with their lists of pictures. */
export function DeletedAlbums({ albums }: { albums: DeletedAlbum[] }) {
  const texts = useTexts("trash");
  const wordFailure = useWordFailure();
  const router = useRouter();
  const [asked, setAsked] = useState<DeletedAlbum | null>(null);
  const [error, setError] = useState<string>();
  const [pending, startTransition] = useTransition();
  const goOnAt = useRef<number | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once the list has changed.
  useEffect(() => {
    if (goOnAt.current === null) return;
    focusAfter("[data-deleted-album]", goOnAt.current);
    goOnAt.current = null;
  }, [albums]);
  if (albums.length === 0) return null;

  const leave = (album: DeletedAlbum, said: string) => {
    goOnAt.current = albums.indexOf(album);
    toast(said);
    router.refresh();
  };
  const restore = (album: DeletedAlbum) =>
    startTransition(async () => {
      const result = await answerOf(bringAlbumBack(album.id));
      if (!result.ok) return toast(wordFailure(result.error));
      leave(album, texts("albumRestored", { name: result.value.name }));
    });
  const purge = (album: DeletedAlbum) =>
    startTransition(async () => {
      const result = await answerOf(purgeOneAlbum(album.id));
      if (!result.ok) return setError(wordFailure(result.error));
      setAsked(null);
      leave(album, texts("albumPurged", { name: album.name }));
    });
  return (
    <section className="grid gap-2">
      <h2 className="font-semibold tracking-tight">{texts("albums")}</h2>
      <ul className="divide-y divide-line border-y border-line">
        {albums.map((album) => (
          <li key={album.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2">
            <div className="min-w-0 flex-1 basis-40">
              <p className="truncate font-medium">
                <bdi>{album.name}</bdi>
              </p>
              <p className="text-sm text-quiet">{texts("albumCount", { count: album.count })}</p>
            </div>
            <form
              action="/trash"
              className="flex flex-wrap gap-2"
              onSubmit={(event) => {
                event.preventDefault();
                const { submitter } = event.nativeEvent as SubmitEvent;
                if (submitter?.getAttribute("value") === "restore-album") restore(album);
                else {
                  setError(undefined);
                  setAsked(album);
                }
              }}
            >
              <input type="hidden" name="id" value={album.id} />
              <button
                type="submit"
                name="ask"
                value="restore-album"
                data-deleted-album
                className={quietButton}
                aria-label={texts("restoreAlbum", { name: album.name })}
              >
                <RotateCcw aria-hidden size={18} />
                {texts("restore")}
              </button>
              <button
                type="submit"
                name="ask"
                value="purge-album"
                className={dangerButton}
                aria-label={texts("purgeAlbum", { name: album.name })}
              >
                {texts("purge")}
              </button>
            </form>
          </li>
        ))}
      </ul>
      {asked === null ? null : (
        <AskDialog
          question={texts("askAlbum", { name: asked.name })}
          error={error}
          pending={pending}
          cancel={texts("cancel")}
          onConfirm={() => purge(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </section>
  );
}
