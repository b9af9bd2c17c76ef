"use client";

import { type KeyboardEvent, useCallback, useLayoutEffect, useRef, useState } from "react";
import type { GalleryImage } from "@/lib/images/contract";
import { useTexts } from "../../../_texts/provider";
import { quietButton } from "../../../_ui/styles";
import { Thumb } from "../../../_ui/thumb";
import { LoadMore } from "./load-more";
import { useDrag } from "./use-drag";
import { useHandOrder } from "./use-hand-order";

/** An album's pictures to be moved: with the mouse, by a long press, with Alt and the arrows, or with the buttons. */
export function Arrange({ id, count }: { id: string; count: number }) {
  const texts = useTexts("album");
  const gallery = useTexts("gallery");
  const { images, isLast, failed, loadMore, show, keep } = useHandOrder(id);
  const [chosenId, setChosen] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const list = useRef<HTMLUListElement>(null);
  const chosen = Math.max(
    images.findIndex((image) => image.id === chosenId),
    0,
  );
  useFocusThatStays(list, chosenId, images);

  const say = useCallback(
    (imageId: string, place: number) => {
      const image = images.find((one) => one.id === imageId);
      if (image !== undefined) setSaid(texts("place", { title: image.title, place: place + 1, count }));
    },
    [images, texts, count],
  );
  const moveTo = (to: number) => {
    const image = images[chosen];
    const goal = Math.min(Math.max(to, 0), images.length - 1);
    if (image === undefined || goal === chosen) return;
    setChosen(image.id);
    show(chosen, goal);
    void keep(image.id);
    say(image.id, goal);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const to = goalOf(event, chosen, images.length);
    if (to === null) return;
    event.preventDefault();
    if (event.altKey) return moveTo(to);
    const image = images[Math.min(Math.max(to, 0), images.length - 1)];
    if (image !== undefined) setChosen(image.id);
  };
  const dragged = useDrag(list, {
    onGrab: (at) => setChosen(images[at]?.id ?? null),
    onOver: show,
    onDrop: (at) => {
      const image = images[at];
      if (image === undefined) return;
      void keep(image.id);
      say(image.id, at);
    },
  });

  return (
    <section aria-label={texts("arrange")} className="px-3 pb-4 sm:px-6">
      <div className="sticky top-(--frame-top,0px) z-10 -mx-3 mb-2 grid gap-2 bg-page/95 px-3 py-2 sm:-mx-6 sm:px-6">
        <p id="arrange-hint" className="text-sm text-quiet">
          <span className="pointer-coarse:hidden">{texts("arrangeHint")}</span>
          <span className="hidden pointer-coarse:inline">{texts("arrangeByTouch")}</span>
        </p>
        <div className="flex flex-wrap gap-2">
          <button
            type="button"
            className={smallButton}
            disabled={chosen === 0}
            onClick={() => moveTo(chosen - 1)}
          >
            {texts("moveEarlier")}
          </button>
          <button
            type="button"
            className={smallButton}
            disabled={chosen >= images.length - 1}
            onClick={() => moveTo(chosen + 1)}
          >
            {texts("moveLater")}
          </button>
          <button type="button" className={smallButton} disabled={chosen === 0} onClick={() => moveTo(0)}>
            {texts("moveFirst")}
          </button>
        </div>
      </div>
      <ul
        ref={list}
        aria-label={gallery("list")}
        data-keys="arrange"
        className="grid touch-pan-y grid-cols-[repeat(auto-fill,minmax(6rem,1fr))] gap-1 select-none sm:grid-cols-[repeat(auto-fill,minmax(9rem,1fr))]"
      >
        {images.map((image, at) => (
          <Movable
            key={image.id}
            image={image}
            place={at}
            isChosen={at === chosen}
            isDragged={dragged === image.id}
            onChoose={() => setChosen(image.id)}
            onKeyDown={onKeyDown}
          />
        ))}
      </ul>
      {isLast ? null : <LoadMore failed={failed} onNear={loadMore} count={images.length} />}
      <p role="status" className="sr-only">
        {said}
      </p>
    </section>
  );
}

const smallButton = `${quietButton} px-4 disabled:opacity-40 max-sm:flex-1 max-sm:px-2`;

interface MovableProps {
  image: GalleryImage;
  place: number;
  isChosen: boolean;
  isDragged: boolean;
  onChoose(): void;
  onKeyDown(event: KeyboardEvent<HTMLElement>): void;
}

function Movable({ image, place, isChosen, isDragged, onChoose, onKeyDown }: MovableProps) {
  return (
    <li data-id={image.id} data-place={place} className="aspect-square">
      <button
        type="button"
        tabIndex={isChosen ? 0 : -1}
        aria-describedby="arrange-hint"
        aria-pressed={isChosen}
        className={`relative block size-full cursor-grab overflow-hidden rounded-md focus-visible:outline-4 focus-visible:-outline-offset-4 ${isChosen ? "ring-4 ring-accent ring-inset" : ""} ${isDragged ? "cursor-grabbing opacity-60" : ""}`}
        onClick={onChoose}
        onFocus={onChoose}
        onKeyDown={onKeyDown}
      >
        <Thumb image={image} lazy />
        {isChosen ? (
          <span aria-hidden className="absolute inset-0 rounded-md border-4 border-accent" />
        ) : null}
      </button>
    </li>
  );
}

/** Where a key leads in the grid; null for any other key. */
function goalOf(
  { key, currentTarget }: KeyboardEvent<HTMLElement>,
  from: number,
  count: number,
): number | null {
  const list = currentTarget.closest("ul");
  if (list === null) return null;
  const { gridTemplateColumns, direction } = getComputedStyle(list);
  const columns = gridTemplateColumns.split(" ").length;
  const onwards = direction === "rtl" ? -1 : 1;
  const steps: Record<string, number> = {
    ArrowLeft: -onwards,
    ArrowRight: onwards,
    ArrowUp: -columns,
    ArrowDown: columns,
    Home: -from,
    End: count,
  };
  const step = steps[key];
  return step === undefined ? null : from + step;
}

/** A tile that is moved in the document loses the focus: it gets it back, and one that is chosen by keys gets it. */
function useFocusThatStays(
  list: React.RefObject<HTMLUListElement | null>,
  chosenId: string | null,
  images: GalleryImage[],
): void {
  const had = useRef(false);
  useLayoutEffect(() => {
    const { current } = list;
    if (current === null) return;
    const note = () => {
      had.current = true;
    };
    const forget = ({ relatedTarget }: FocusEvent) => {
      if (relatedTarget instanceof Node && !current.contains(relatedTarget)) had.current = false;
    };
    current.addEventListener("focusin", note);
    current.addEventListener("focusout", forget);
    return () => {
      current.removeEventListener("focusin", note);
      current.removeEventListener("focusout", forget);
    };
  }, [list]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the new order that takes the focus away.
  useLayoutEffect(() => {
    if (!had.current || chosenId === null) return;
    const button = list.current?.querySelector<HTMLElement>(`[data-id="${chosenId}"] button`);
    if (button !== document.activeElement) button?.focus();
  }, [list, chosenId, images]);
}
