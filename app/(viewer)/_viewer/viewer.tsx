"use client";

import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useTexts } from "../../_texts/provider";
import { useWordFailure } from "../../_texts/use-word-failure";
import { toast } from "../../_ui/toaster";
import { useDownload } from "../../_ui/use-download";
import { factsChanged } from "../_facts/fact-changes";
import { setFavourite } from "../_facts/favourite";
import { useDeleteImage } from "../deletion";
import { addToGallery } from "../gallery-changes";
import { whenLoaded } from "../when-loaded";
import { useActions } from "./actions";
import { Bar } from "./bar";
import type { FactsAside } from "./facts-aside";
import { Failure } from "./failure";
import { openKeys } from "./open-keys";
import { isViewerLeaving, type OpenedViewer } from "./open-viewer";
import { pressInViewer } from "./press-in-viewer";
import { Steps } from "./steps";
import { useAddress } from "./use-address";
import { useFullScreen } from "./use-full-screen";
import { useIdle } from "./use-idle";
import { useModal } from "./use-modal";
import { useSlideshow } from "./use-slideshow";
import { useStage } from "./use-stage";
import "./viewer.css";

/** One picture at a time, over the page that lists them. */
export function Viewer({ opened, onClose }: { opened: OpenedViewer; onClose(): void }) {
  const texts = useTexts("viewer");
  const wordFailure = useWordFailure();
  const deleteImage = useDeleteImage();
  const dialog = useRef<HTMLDivElement>(null);
  const room = useRef<HTMLElement>(null);
  const [Aside, setAside] = useState<typeof FactsAside | null>(null);
  const { isIdle, toggle } = useIdle(dialog);
  const { list } = opened;
  const stage = useStage(room, opened, { close: onClose, tap: toggle });
  const index = stage?.at ?? opened.index;
  const image = list.at(index);
  // While the list is asked for anew, its pictures may be away: their facts stay, and the focus in them.
  const [lastImage, setLastImage] = useState(image);
  if (image !== null && image !== lastImage) setLastImage(image);
  const go = (by: 1 | -1) => stage?.go(by);
  const slideshow = useSlideshow(index, () => {
    const hasNext = stage?.has(1) === true;
    if (hasNext) go(1);
    return hasNext;
  });
  const fullScreen = useFullScreen();
  useModal(dialog, room);
  useAddress(image, list.album);
  useReturn(list, index);

  const download = useDownload(image?.id ?? "", stage?.frame?.downloadUrl ?? null);
  const isFavourite = image?.isFavourite === true;
  const step = (by: 1 | -1) => {
    slideshow.stop();
    go(by);
  };
  const favour = async () => {
    if (image === null) return;
    addToGallery([{ ...image, isFavourite: !isFavourite }]);
    const result = await setFavourite([image.id], !isFavourite);
    if (result.ok) {
      factsChanged();
      return;
    }
    addToGallery([{ ...image, isFavourite }]);
    toast(wordFailure(result.error));
  };
  const isRemoving = useRef(false);
  const remove = async () => {
    // A key that is held deletes one.
    if (image === null || isRemoving.current) return;
    isRemoving.current = true;
    slideshow.stop();
    const isLast = stage?.has(1) !== true;
    const isGone = await deleteImage(image);
    isRemoving.current = false;
    if (isGone && isLast) onClose();
    else room.current?.focus();
  };
  const showFacts = async () => {
    // Without a connection it stays closed until someone asks again.
    const part = await import("./facts-aside").catch(() => null);
    if (part !== null) setAside(() => part.FactsAside);
  };
  const actions = useActions({
    isFavourite,
    showsFacts: Aside !== null,
    download,
    slideshow: {
      ...slideshow,
      toggle: () => {
        slideshow.toggle();
        room.current?.focus();
      },
    },
    fullScreen,
    favour: () => void favour(),
    addToAlbum: () =>
      image &&
      void whenLoaded(import("../albums/add-to-album"), ({ openAddToAlbum }) =>
        openAddToAlbum([{ id: image.id, bytes: image.bytes }]),
      ),
    toggleFacts: () => (Aside === null ? void showFacts() : setAside(null)),
    remove: () => void remove(),
    openKeys,
  });
  const runAction = (name: string) => actions.find((action) => action.name === name)?.run?.();

  const told = { title: image?.title ?? "", n: index + 1, count: list.count() };
  return createPortal(
    <div
      ref={dialog}
      role="dialog"
      aria-modal
      aria-label={texts("name")}
      onKeyDown={(event) => pressInViewer(event, { stage, slideshow, runAction, onClose })}
      className="always-dark fixed inset-0 z-50 flex overflow-hidden bg-black text-text"
    >
      <div className="@container relative min-w-0 flex-1">
        <section
          ref={room}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move and zoom what is in it.
          tabIndex={0}
          aria-label={texts("told", told)}
          onPointerDown={({ currentTarget }) => {
            slideshow.stop();
            currentTarget.focus();
          }}
          onWheel={slideshow.stop}
          className="viewer-room"
        />
        {stage?.status === "failed" ? <Failure download={download} onRetry={() => stage.retry()} /> : null}
        <Bar
          title={image?.title ?? ""}
          index={index}
          count={list.count()}
          actions={actions}
          isIdle={isIdle}
          onClose={onClose}
        />
        <Steps stage={stage} isIdle={isIdle} onStep={step} />
      </div>
      {Aside !== null && lastImage !== null ? (
        <Aside id={lastImage.id} onClose={() => setAside(null)} />
      ) : null}
      <p aria-live="polite" className="sr-only">
        {texts("told", told)}
      </p>
      <p aria-live="polite" className="sr-only">
        {slideshow.state === "off" ? "" : texts(slideshow.state === "playing" ? "playing" : "paused")}
      </p>
    </div>,
    document.body,
  );
}

/** On closing, the tile of the picture that was shown last has the focus, wherever the browser has scrolled to. */
function useReturn(list: OpenedViewer["list"], index: number): void {
  const last = useRef(index);
  useEffect(() => {
    last.current = index;
  });
  useEffect(() => {
    const show = () => list.show(Math.min(last.current, list.count() - 1));
    return () => {
      show();
      // Going back, the browser scrolls to where the page was when the first picture opened.
      const showAgain = () => requestAnimationFrame(show);
      if (isViewerLeaving()) window.addEventListener("popstate", showAgain, { once: true });
      else showAgain();
    };
  }, [list]);
}
