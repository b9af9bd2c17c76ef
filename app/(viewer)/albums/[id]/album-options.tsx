"use client";

import { ChevronDown } from "lucide-react";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, lazy, Suspense, useEffect, useId, useRef, useState } from "react";
import { type Album, type AlbumSorting, albumSortings } from "@/lib/albums/contract";
import type { Result } from "@/lib/errors";
import type { PictureSize } from "@/lib/images/contract";
import { useTexts } from "../../../_texts/provider";
import { useWordFailure } from "../../../_texts/use-word-failure";
import { menuRow, quietButton } from "../../../_ui/styles";
import { toast } from "../../../_ui/toaster";
import { answerOf } from "../../answer-of";
import { refreshGallery } from "../../gallery-changes";
import { offerUndo } from "../../undo";
import { change, remove } from "../actions";

const ChooseCover = lazy(async () => ({ default: (await import("./choose-cover")).ChooseCover }));

/** The order of an album, and what is done with all of it. */
export function AlbumOptions({ album: { id, name, sorting, coverId, count } }: { album: Album }) {
  const texts = useTexts("album");
  const albumTexts = useTexts("albums");
  const wordFailure = useWordFailure();
  const router = useRouter();
  const { isOpen, close, toggle, place, button } = useOpen();
  const panelId = useId();
  const [isChoosing, setChoosing] = useState(false);

  const said = async <T,>(asked: Promise<Result<T>>): Promise<T | null> => {
    const result = await answerOf(asked);
    if (result.ok) return result.value;
    toast(wordFailure(result.error));
    return null;
  };
  const sort = async (wanted: AlbumSorting) => {
    if ((await said(change({ id, changes: { sorting: wanted } }))) !== null) refreshGallery();
  };
  const deleteAlbum = async () => {
    const deleted = await said(remove(id));
    if (deleted === null) return;
    offerUndo(albumTexts("deleted", { name: deleted.name }), { kind: "albumDeletion", id });
    router.push("/albums");
  };
  const download = async () => {
    close();
    const { downloadPictures } = await import("../../_download/download");
    const pictures = await picturesOf(id, count);
    if (pictures === null) toast(wordFailure({ code: "no_answer", message: "" }));
    else downloadPictures(pictures, name);
  };
  return (
    <div ref={place} className="relative">
      <button
        ref={button}
        type="button"
        className={`${quietButton} ps-5 pe-3.5`}
        aria-expanded={isOpen}
        aria-controls={panelId}
        onClick={toggle}
      >
        {texts("options")}
        <ChevronDown aria-hidden size={18} />
      </button>
      {isOpen ? (
        <section
          id={panelId}
          aria-label={texts("options")}
          className="grid gap-1 overflow-y-auto overscroll-contain rounded-2xl border border-line bg-raised p-2 shadow-xl max-sm:fixed max-sm:inset-x-2 max-sm:bottom-[calc(var(--bar)+0.5rem)] max-sm:z-40 max-sm:max-h-[calc(100dvh-var(--bar)-1rem)] sm:absolute sm:end-0 sm:z-20 sm:mt-2 sm:w-60"
        >
          <fieldset className="grid">
            <legend className="px-3 py-1.5 text-sm text-quiet">{texts("order")}</legend>
            {albumSortings.map((one) => (
              <label
                key={one}
                className={`${row} has-focus-visible:outline-2 has-focus-visible:outline-accent`}
              >
                <input
                  type="radio"
                  name="sorting"
                  className="size-4 accent-accent outline-none"
                  defaultChecked={one === sorting}
                  onChange={() => void sort(one)}
                />
                {texts(wordOf[one])}
              </label>
            ))}
          </fieldset>
          <hr className="mx-3 border-line" />
          {count === 0 ? null : (
            <>
              <button
                type="button"
                className={row}
                aria-haspopup="dialog"
                onClick={() => {
                  close();
                  setChoosing(true);
                }}
              >
                {texts("chooseCover")}
              </button>
              <button type="button" className={row} onClick={() => void download()}>
                {texts("download")}
              </button>
            </>
          )}
          <button type="button" className={`${row} text-danger`} onClick={() => void deleteAlbum()}>
            {texts("delete")}
          </button>
        </section>
      ) : null}
      {isChoosing ? (
        <Suspense fallback={null}>
          <ChooseCover id={id} coverId={coverId} onClose={() => setChoosing(false)} />
        </Suspense>
      ) : null}
    </div>
  );
}

const wordOf = { newest: "newest", oldest: "oldest", name: "byTitle", hand: "byHand" } as const;

const row = `${menuRow} cursor-pointer focus-visible:-outline-offset-2`;

/** What a button opens: a press elsewhere or Escape closes it, and the focus is on the button again. */
function useOpen() {
  const [isOpen, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const stop = new AbortController();
    const closeOutside = ({ target, type }: Event) => {
      if (!(target instanceof Node) || place.current === null || place.current.contains(target)) return;
      // A press on words within leaves the focus to what is around it all.
      if (type === "focusin" && target.contains(place.current)) return;
      setOpen(false);
    };
    const closeByKey = (event: globalThis.KeyboardEvent | KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener("pointerdown", closeOutside, { signal: stop.signal });
    document.addEventListener("focusin", closeOutside, { signal: stop.signal });
    document.addEventListener("keydown", closeByKey, { signal: stop.signal });
    return () => stop.abort();
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return { isOpen, close, toggle: () => setOpen(!isOpen), place, button };
}

const idsAtOnce = 10_000;

/** All pictures of an album, in its order; null where they cannot be had. */
async function picturesOf(id: string, count: number): Promise<PictureSize[] | null> {
  const pictures: PictureSize[] = [];
  for (let from = 0; from < count; from += idsAtOnce) {
    const answer = await fetch(`/albums/${id}/images/ids?from=${from}&to=${from + idsAtOnce - 1}`).catch(
      () => null,
    );
    if (answer === null || !answer.ok) return null;
    pictures.push(...((await answer.json()) as PictureSize[]));
  }
  return pictures;
}
