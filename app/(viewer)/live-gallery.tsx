"use client";

import {
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { Timeline } from "@/lib/images/contract";
import { useTexts } from "../_texts/provider";
import { focusPage } from "../_ui/panes";
import { remember } from "../_ui/remember";
import { quietButton } from "../_ui/styles";
import { Controls } from "./_timeline/controls";
import { firstRows } from "./_timeline/first-rows";
import { type GridSize, gridCookie, rowHeights } from "./_timeline/grid";
import type { LiveTimeline } from "./_timeline/live-timeline";
import { Month } from "./_timeline/month";
import { moveByKey } from "./_timeline/move-by-key";
import type { Shown } from "./_timeline/page-timeline";
import { Scrubber } from "./_timeline/scrubber";
import { useBeforePaint, useLiveTimeline } from "./_timeline/use-live-timeline";
import { usePlace } from "./_timeline/use-place";
import { useSizeKeys } from "./_timeline/use-size-keys";

/** Of fewer, everything is near. */
const fewestToScrub = 200;

export interface GalleryProps {
  first: Timeline;
  /** where its pictures come from, perhaps with parameters of its own; null where all of them are here */
  address: string | null;
  /** whose album it is, by id; null where it is none */
  album: string | null;
  /** Whether what is added in this tab belongs here. */
  takesAdded: boolean;
  size: GridSize;
  /** Whether one can choose here which pictures come first. */
  isSortable: boolean;
  further: Shown["further"];
  /** Shown where there are no pictures. */
  empty: ReactNode;
}

/** Pictures in justified rows under a heading for each month; they come and go as one scrolls. */
export function LiveGallery(props: GalleryProps) {
  const { first, address, album, takesAdded, isSortable, further, empty } = props;
  const texts = useTexts("gallery");
  const live = useLiveTimeline(first, { address, album, takesAdded });
  const frame = useSyncExternalStore(
    live.subscribe,
    () => live.frame,
    () => null,
  );
  const [size, setSize] = useState(props.size);
  const chooseSize = useCallback(
    (chosen: GridSize) => {
      remember(gridCookie, chosen);
      live.hold();
      setSize(chosen);
    },
    [live],
  );
  const sizeByKey = useSizeKeys(size, chooseSize);
  const list = useRef<HTMLUListElement>(null);
  const measure = useRef<HTMLDivElement>(null);
  const fetchedFirst = useMemo(() => firstRows(first.first), [first]);
  const total = useSyncExternalStore(live.subscribe, live.count, live.count);
  const isEmpty = total === 0;
  useSize(live, list, measure, isEmpty);
  useFocusOnceEmpty(isEmpty);
  usePlace(live, list);
  const [, renderAgain] = useReducer((count: number) => count + 1, 0);
  useBeforePaint(() => {
    // Nobody has subscribed yet when a page begins, and what is behind is not painted.
    if (live.frame !== frame) renderAgain();
    else live.settle();
  }, [live, frame]);

  if (isEmpty) return empty;
  const hasScrubber = total >= fewestToScrub && live.pictures.sections.length > 1;
  const { sections } = live.pictures;
  const shown = frame?.sections ?? sections.filter(({ chunks }) => chunks.some(({ images }) => images));
  const rowHeight = live.geometry?.shape.rowHeight ?? 0;
  return (
    <div className={`relative ${rowHeights[size]} ${hasScrubber ? "lg:pe-14" : ""}`}>
      <div className={frame === null ? "invisible" : ""}>
        <Controls
          size={size}
          saidSize={sizeByKey}
          onSize={chooseSize}
          order={isSortable ? live.order : null}
        />
      </div>
      <div ref={measure} aria-hidden className="invisible absolute h-(--row) w-26" />
      <ul
        ref={list}
        aria-label={texts("list")}
        data-keys="gallery"
        className={frame === null ? "flex flex-wrap items-start gap-x-3" : "timeline relative"}
        style={frame === null ? undefined : { height: frame.height }}
        onKeyDown={(event) => moveByKey(event, live)}
        onFocus={(event) => live.pin(event.target.closest<HTMLElement>("[data-id]")?.dataset.id ?? null)}
        onBlur={(event) => event.relatedTarget !== null && live.pin(null)}
      >
        {shown.map((one) => {
          const section = "section" in one ? one.section : one;
          return (
            <Month
              key={section.key}
              section={section}
              number={sections.indexOf(section) + 1}
              of={sections.length}
              frame={"section" in one ? one : null}
              list={live}
              fetchedFirst={fetchedFirst}
              rowHeight={rowHeight}
            />
          );
        })}
      </ul>
      <Failing live={live} />
      {hasScrubber && frame !== null ? <Scrubber live={live} /> : null}
      <Further further={further} />
    </div>
  );
}

/** Tells the timeline how large it is, before it is painted. */
/** The last picture takes the focus with it. */
function useFocusOnceEmpty(isEmpty: boolean): void {
  const wasEmpty = useRef(isEmpty);
  useEffect(() => {
    if (isEmpty && !wasEmpty.current && document.activeElement === document.body) focusPage();
    wasEmpty.current = isEmpty;
  }, [isEmpty]);
}

function useSize(
  live: LiveTimeline,
  list: React.RefObject<HTMLUListElement | null>,
  measure: React.RefObject<HTMLDivElement | null>,
  isEmpty: boolean,
): void {
  useBeforePaint(() => {
    const [element, rule] = [list.current, measure.current];
    if (isEmpty || element === null || rule === null) return;
    const size = () =>
      live.resize(
        {
          width: element.clientWidth,
          rowHeight: rule.offsetHeight,
          gap: 4,
          leastMonthWidth: rule.offsetWidth,
        },
        window.innerHeight,
      );
    const detach = live.attach(element);
    size();
    const observer = new ResizeObserver(size);
    observer.observe(element);
    observer.observe(rule);
    window.addEventListener("resize", size);
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", size);
      detach();
    };
  }, [live, list, measure, isEmpty]);
}

/** What did not come is fetched again by itself; whoever does not want to wait has a button. */
function Failing({ live }: { live: LiveTimeline }) {
  const texts = useTexts("gallery");
  const frame = useTexts("frame");
  const isFailing = useSyncExternalStore(
    live.subscribe,
    () => live.isFailing,
    () => false,
  );
  return (
    <div role="status" className="sticky bottom-20 z-20 flex justify-center">
      {isFailing ? (
        <p className="flex items-center gap-3 rounded-full border border-line bg-raised ps-5 text-sm shadow-lg">
          {texts("olderFailed")}
          <button type="button" className={quietButton} onClick={() => live.retry()}>
            {frame("tryAgain")}
          </button>
        </p>
      ) : null}
    </div>
  );
}

function Further({ further }: { further: GalleryProps["further"] }) {
  const texts = useTexts("gallery");
  if (further === null) return null;
  const words = { older: texts("older"), newer: texts("newer"), more: texts("more") };
  const link = (
    <div className="grid justify-center p-8">
      <a href={further.href} className={quietButton}>
        {words[further.leadsTo]}
      </a>
    </div>
  );
  return further.isElsewhere ? link : <noscript>{link}</noscript>;
}
