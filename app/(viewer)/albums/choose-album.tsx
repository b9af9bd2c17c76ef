"use client";

import { FolderPlus } from "lucide-react";
import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from "react";
import type { AlbumLink, ListedAlbum } from "@/lib/albums/contract";
import type { Failure } from "@/lib/errors";
import { maxImagesPerAction, type PictureSize } from "@/lib/images/contract";
import { useTexts } from "../../_texts/provider";
import { useWordFailure } from "../../_texts/use-word-failure";
import { quietButton, textField } from "../../_ui/styles";
import { toast } from "../../_ui/toaster";
import { answerOf } from "../answer-of";
import { refreshGallery } from "../gallery-changes";
import { offerUndo } from "../undo";
import { list } from "./actions";
import { addAll } from "./add-all";
import { AlbumChoice } from "./album-choice";
import { NameForm } from "./name-form";

interface ChooseAlbumProps {
  pictures: PictureSize[];
  onAdded(): void;
}

/** The viewer's albums to choose from, with a field to find one, and a way to make one. */
export function ChooseAlbum({ pictures, onAdded }: ChooseAlbumProps) {
  const texts = useTexts("album");
  const albumTexts = useTexts("albums");
  const frame = useTexts("frame");
  const { albums, fault, load } = useAlbums();
  const [words, setWords] = useState("");
  const [isNew, setNew] = useState(false);
  const adding = useAdding(pictures, onAdded);
  const choices = useRef<HTMLDivElement>(null);
  const found = (albums ?? []).filter(({ name }) => plain(name).includes(plain(words)));
  const isNamed = found.some(({ name }) => plain(name) === plain(words));

  if (isNew)
    return (
      <NameForm
        name={isNamed ? "" : words.trim()}
        imageIds={pictures.slice(0, maxImagesPerAction).map(({ id }) => id)}
        onMade={(album) => {
          setNew(false);
          void adding.add(album, { isNew: true });
        }}
        onCancel={() => setNew(false)}
        instead={(other) => (
          <button
            type="button"
            className={`${quietButton} max-w-full`}
            onClick={() => {
              setNew(false);
              void adding.add(other);
            }}
          >
            <span className="truncate">{texts("addInstead", { name: other.name })}</span>
          </button>
        )}
      />
    );

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    moveFocus(choices.current, step);
  };
  const chooseFirst = () => {
    const [first] = found;
    if (words.trim() !== "" && first !== undefined) void adding.add(first);
    else setNew(true);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrows only move the focus among what it holds.
    <div ref={choices} className="flex min-h-0 flex-col" onKeyDown={onKeyDown}>
      <form
        className="px-5 pb-2"
        onSubmit={(event) => {
          event.preventDefault();
          chooseFirst();
        }}
      >
        <input
          type="search"
          aria-label={texts("find")}
          placeholder={texts("find")}
          className={textField}
          value={words}
          onChange={({ target }) => setWords(target.value)}
          // biome-ignore lint/a11y/noAutofocus: on a keyboard one types the name; on a phone its keyboard would cover the albums.
          autoFocus={window.matchMedia("(pointer: fine)").matches}
          autoComplete="off"
          dir="auto"
          data-choice
        />
      </form>
      <div className="grid min-h-40 content-start overflow-y-auto overscroll-contain px-2 pb-3 sm:min-h-72">
        <button
          type="button"
          data-choice
          className={`${row} font-medium`}
          disabled={adding.isBusy}
          onClick={() => setNew(true)}
        >
          <span className="grid size-12 shrink-0 place-content-center rounded-lg bg-sunken text-quiet">
            <FolderPlus aria-hidden size={20} />
          </span>
          <span className="min-w-0 truncate">
            {words.trim() === "" || isNamed ? texts("newAlbum") : texts("newNamed", { name: words.trim() })}
          </span>
        </button>
        <ul aria-label={albumTexts("title")} className="grid">
          {found.map((album) => (
            <AlbumChoice
              key={album.id}
              album={album}
              className={row}
              disabled={adding.isBusy}
              onChoose={() => void adding.add(album)}
            />
          ))}
        </ul>
        {fault === null ? null : (
          <div role="alert" className="grid justify-items-start gap-2 px-3 py-4 text-sm">
            <p className="text-danger">{fault}</p>
            <button type="button" className={quietButton} onClick={load}>
              {frame("tryAgain")}
            </button>
          </div>
        )}
        {albums !== null && albums.length > 0 && found.length === 0 ? (
          <p className="px-3 py-4 text-sm text-quiet">{texts("noneFound")}</p>
        ) : null}
      </div>
      <p role="status" className="px-5 pb-4 text-sm empty:hidden">
        {adding.says}
      </p>
    </div>
  );
}

const row =
  "flex w-full items-center gap-3 rounded-lg p-2 text-start hover:bg-sunken disabled:opacity-50 focus-visible:-outline-offset-2";

/** As one compares names: whatever their case and how their letters are put together. */
const plain = (text: string): string => text.trim().normalize("NFC").toLocaleLowerCase();

function moveFocus(within: HTMLElement | null, step: number): void {
  const all = [...(within?.querySelectorAll<HTMLElement>("[data-choice]") ?? [])];
  const at = all.findIndex((element) => element.matches(":focus"));
  all[Math.min(Math.max(at + step, 0), all.length - 1)]?.focus();
}

function useAlbums() {
  const wordFailure = useWordFailure();
  const [albums, setAlbums] = useState<ListedAlbum[] | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const load = useCallback(() => {
    setFault(null);
    void answerOf(list(undefined)).then((result) => {
      if (result.ok) return setAlbums(result.value);
      setFault(wordFailure(result.error));
    });
  }, [wordFailure]);
  useEffect(load, [load]);
  return { albums, fault, load };
}

/** Puts the pictures into an album, as many a request as an action takes; what failed goes on where it stopped. */
function useAdding(pictures: PictureSize[], onAdded: () => void) {
  const texts = useTexts("albums");
  const wordFailure = useWordFailure();
  const [state, setState] = useState<{ done: number } | { failure: Failure } | null>(null);
  const add = async (album: AlbumLink, { isNew = false } = {}) => {
    const ids = pictures.map(({ id }) => id);
    setState({ done: 0 });
    const result = await addAll(album.id, ids, (done) => setState({ done }));
    if (!result.ok) return setState({ failure: result.error });
    const { name, added } = result.value;
    refreshGallery();
    const count = isNew ? ids.length : added.length;
    if (count === 0) toast(texts("allThere", { name }));
    else
      offerUndo(
        texts("added", { count, name }),
        isNew
          ? { kind: "albumMaking", id: album.id }
          : { kind: "albumAddition", album: album.id, ids: added },
      );
    onAdded();
  };
  const isBusy = state !== null && "done" in state;
  const says =
    state === null
      ? ""
      : "failure" in state
        ? wordFailure(state.failure)
        : pictures.length > maxImagesPerAction
          ? texts("adding", { done: state.done, total: pictures.length })
          : "";
  return { add, isBusy, says };
}
