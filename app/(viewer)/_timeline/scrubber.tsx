"use client";

import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { formatMonth } from "@/lib/texts/formats";
import { useLanguage, useTexts } from "../../_texts/provider";
import type { LiveTimeline } from "./live-timeline";
import { lastAtMost } from "./pictures";

/** Of the handle: a finger's. */
const handleHeight = 44;
/** Between two years' labels. */
const labelHeight = 22;
const hideAfterMs = 1500;

/** Years along the edge, and a handle that leads to any month. */
export function Scrubber({ live }: { live: LiveTimeline }) {
  const texts = useTexts("timeline");
  const language = useLanguage();
  const track = useRef<HTMLDivElement>(null);
  const handle = useRef<HTMLDivElement>(null);
  const grip = useRef<number | null>(null);
  const [height, setHeight] = useState(0);
  const [current, setCurrent] = useState(0);
  const [isDragged, setIsDragged] = useState(false);
  const [isAwake, setIsAwake] = useState(false);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = () => {
      const { geometry } = live;
      if (geometry === null || handle.current === null || track.current === null) return;
      const way = track.current.clientHeight - handleHeight;
      handle.current.style.translate = `0 ${Math.round(fractionOf(live) * way)}px`;
      setHeight(track.current.clientHeight);
      const heading = 44;
      setCurrent(
        Math.max(
          0,
          lastAtMost(geometry.boxes, live.seen + heading, ({ top }) => top),
        ),
      );
    };
    const wake = () => {
      follow();
      setIsAwake(true);
      clearTimeout(timer);
      timer = setTimeout(() => setIsAwake(false), hideAfterMs);
    };
    follow();
    const stops = [live.onScrolled(wake), live.subscribe(follow)];
    window.addEventListener("resize", follow);
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
      window.removeEventListener("resize", follow);
    };
  }, [live]);

  const boxes = live.geometry?.boxes ?? [];
  const monthAt = (index: number) => {
    const startsAt = boxes[index]?.section.startsAt ?? null;
    return startsAt === null ? "" : formatMonth(language, startsAt);
  };
  const go = (index: number) => {
    const box = boxes[Math.min(Math.max(index, 0), boxes.length - 1)];
    if (box !== undefined) live.scrollTo(box.top);
  };
  const drag = (event: PointerEvent) => {
    const bounds = track.current?.getBoundingClientRect();
    if (bounds === undefined || grip.current === null) return;
    const way = bounds.height - handleHeight;
    live.scrollTo(((event.clientY - grip.current - bounds.top) / way) * wayOf(live));
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    const bounds = handle.current?.getBoundingClientRect();
    const isOnHandle = bounds && event.clientY >= bounds.top && event.clientY <= bounds.bottom;
    grip.current = isOnHandle ? event.clientY - bounds.top : handleHeight / 2;
    event.currentTarget.setPointerCapture(event.pointerId);
    event.preventDefault();
    handle.current?.focus({ preventScroll: true });
    setIsDragged(true);
    drag(event);
  };
  const onPointerEnd = () => {
    grip.current = null;
    setIsDragged(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = monthByKey(
      event.key,
      current,
      boxes.map(({ section }) => yearOf(section.startsAt)),
    );
    if (next === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(next);
  };
  return (
    <div
      ref={track}
      onPointerDown={onPointerDown}
      onPointerMove={drag}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
      className="timeline-scrubber group"
      data-awake={isAwake || isDragged}
      data-dragged={isDragged}
    >
      <div aria-hidden className="timeline-years">
        {yearLabels(live, height).map(({ year, top }) => (
          <span
            key={`${year}`}
            className="absolute end-4 -translate-y-1/2 rounded-lg bg-page/85 px-1"
            style={{ top }}
          >
            {year}
          </span>
        ))}
      </div>
      <div
        ref={handle}
        role="slider"
        tabIndex={0}
        aria-label={texts("scrubber")}
        aria-orientation="vertical"
        aria-valuemin={1}
        aria-valuemax={Math.max(1, boxes.length)}
        aria-valuenow={current + 1}
        aria-valuetext={monthAt(current)}
        onKeyDown={onKeyDown}
        className="timeline-handle"
      >
        <span aria-hidden className="timeline-bubble">
          {monthAt(current)}
        </span>
      </div>
    </div>
  );
}

/** From the first month's top to where the last is at the window's bottom. */
const wayOf = (live: LiveTimeline): number => Math.max(1, (live.geometry?.height ?? 0) - live.windowHeight);

const fractionOf = (live: LiveTimeline): number => Math.min(1, Math.max(0, live.seen / wayOf(live)));

const yearOf = (startsAt: number | null): number => new Date(startsAt ?? 0).getUTCFullYear();

/** Where each year begins along the track, as far as there is room for it; the number alone, as there is little room beside it too. */
function yearLabels(live: LiveTimeline, height: number): { year: number; top: number }[] {
  const labels: { year: number; top: number }[] = [];
  let before: number | null = null;
  for (const { section, top } of live.geometry?.boxes ?? []) {
    const year = yearOf(section.startsAt);
    if (section.startsAt === null || year === before) continue;
    before = year;
    const at = handleHeight / 2 + Math.min(1, top / wayOf(live)) * (height - handleHeight);
    if (at - (labels.at(-1)?.top ?? -labelHeight) < labelHeight) continue;
    labels.push({ year, top: Math.round(at) });
  }
  return labels;
}

/** Down is further along the page, as it is seen. */
function monthByKey(key: string, current: number, years: number[]): number | null {
  switch (key) {
    case "ArrowDown":
    case "ArrowRight":
      return current + 1;
    case "ArrowUp":
    case "ArrowLeft":
      return current - 1;
    case "PageDown": {
      const next = years.findIndex((year, n) => n > current && year !== years[current]);
      return next < 0 ? years.length - 1 : next;
    }
    case "PageUp": {
      const begins = years.indexOf(years[current] ?? 0);
      return begins < current ? begins : years.indexOf(years[begins - 1] ?? years[0] ?? 0);
    }
    case "Home":
      return 0;
    case "End":
      return years.length - 1;
    default:
      return null;
  }
}
