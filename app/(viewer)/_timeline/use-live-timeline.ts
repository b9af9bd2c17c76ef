import { useEffect, useLayoutEffect, useState } from "react";
import type { Timeline } from "@/lib/images/contract";
import { useGalleryChanges } from "../gallery-changes";
import { type LiveOptions, LiveTimeline } from "./live-timeline";

/** Those one comes back to are as they were left; so many of them. */
const maxKept = 3;
const kept = new Map<string, LiveTimeline>();

/** The timeline of a page, with what happens in this tab. */
export function useLiveTimeline(first: Timeline, options: LiveOptions): LiveTimeline {
  const key = `${options.address ?? `page ${first.first[0]?.id}`} ${options.album} ${first.order}`;
  const [made, setMade] = useState(() => ({ key, live: timelineFor(key, first, options) }));
  let { live } = made;
  if (made.key !== key) {
    live = timelineFor(key, first, options);
    setMade({ key, live });
  }
  useBeforePaint(() => live.adopt(first), [live, first]);

  const changes = useGalleryChanges();
  useBeforePaint(() => {
    const focused = document.activeElement?.closest<HTMLElement>("[data-id]")?.dataset.id;
    const index = focused === undefined ? null : live.indexOf(focused);
    live.apply(changes);
    if (focused === undefined || index === null || live.indexOf(focused) !== null) return;
    // The focus goes on to what has come into its place.
    if (live.count() > 0) live.show(Math.min(index, live.count() - 1));
  }, [live, changes]);
  return live;
}

/** On a server there is nothing to paint. */
export const useBeforePaint = typeof window === "undefined" ? useEffect : useLayoutEffect;

function timelineFor(key: string, first: Timeline, options: LiveOptions): LiveTimeline {
  if (typeof window === "undefined") return new LiveTimeline(first, options);
  const live = kept.get(key) ?? new LiveTimeline(first, options);
  kept.delete(key);
  kept.set(key, live);
  for (const oldest of kept.keys()) {
    if (kept.size <= maxKept) break;
    kept.delete(oldest);
  }
  return live;
}
