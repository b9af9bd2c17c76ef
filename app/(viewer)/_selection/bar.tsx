"use client";

import { X } from "lucide-react";
import { type RefObject, useEffect, useMemo, useRef } from "react";
import { formatBytes } from "@/lib/texts/formats";
import { useLanguage, useTexts } from "../../_texts/provider";
import { focusPage, pane } from "../../_ui/panes";
import { iconButton } from "../../_ui/styles";
import { useWork } from "./batches";
import { clearSelection, useSelection } from "./selection";
import { SelectionActions } from "./selection-actions";
import { WorkProgress } from "./work-progress";

/** How many are selected and how large they are, and what can be done with them; while it is done, how far it is. */
export function SelectionBar() {
  const texts = useTexts("selection");
  const work = useWork();
  const bar = useRef<HTMLElement>(null);
  useRoomFor(bar);
  return (
    <section ref={bar} {...pane} aria-label={texts("region")} className="selection-bar">
      {work === null ? <Selected /> : <WorkProgress work={work} />}
    </section>
  );
}

/** Nothing is selected any more, and the focus is where it was on the page. */
export function leaveSelection(): void {
  const isInBar = document.activeElement?.closest(".selection-bar") !== null;
  clearSelection();
  if (isInBar) focusPage();
}

function Selected() {
  const texts = useTexts("selection");
  const language = useLanguage();
  const selected = useSelection();
  const bytes = useMemo(() => [...selected.values()].reduce((sum, one) => sum + one.bytes, 0), [selected]);
  return (
    <>
      <div className="flex min-w-0 items-center">
        <button
          type="button"
          className={iconButton}
          aria-label={texts("clear")}
          title={texts("clear")}
          onClick={leaveSelection}
        >
          <X aria-hidden size={20} />
        </button>
        <p className="truncate px-1 font-medium tabular-nums">
          {texts("countAndSize", { count: selected.size, size: formatBytes(language, bytes) })}
        </p>
      </div>
      <SelectionActions leave={leaveSelection} />
    </>
  );
}

/** Where it is at the bottom it covers the places, and what stands above them stands above it; what is focused stays in sight. */
function useRoomFor(bar: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = bar.current;
    if (element === null) return;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => {
      const { top, bottom, height } = element.getBoundingClientRect();
      const isAtTop = top < window.innerHeight - bottom;
      if (isAtTop) style.removeProperty("--bar");
      else style.setProperty("--bar", `${height}px`);
      // A month's heading stays below it.
      style.setProperty("--frame-top", isAtTop ? `${height}px` : "");
      style.scrollPaddingTop = isAtTop ? `${height + headingPx}px` : "";
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      for (const name of ["--bar", "--frame-top", "scroll-padding-top"]) style.removeProperty(name);
    };
  }, [bar]);
}

/** of a month */
const headingPx = 48;
