"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { type ComponentType, useEffect, useState } from "react";
import { useTexts } from "../../_texts/provider";
import { isTaken } from "../../_ui/is-taken";
import { whenLoaded } from "../when-loaded";
import { isWorking, useWork } from "./batches";
import { listOnPage } from "./lists";
import { selectAll } from "./select-range";
import { clearSelection, isSelecting, selectedNoteId, useSelection } from "./selection";

/** What selecting needs on every page: its bar, its keys, and who says how many there are. */
export function Selecting() {
  const texts = useTexts("selection");
  const { size } = useSelection();
  const isWorking = useWork() !== null;
  const wantsBar = size > 0 || isWorking;
  const [Bar, setBar] = useState<ComponentType | null>(null);
  const [wasSelecting, setWasSelecting] = useState(false);
  if (size > 0 && !wasSelecting) setWasSelecting(true);

  useClearedOnLeaving();
  useKeys();
  useEffect(() => {
    if (!wantsBar || Bar !== null) return;
    void whenLoaded(import("./bar"), (module) => setBar(() => module.SelectionBar));
  }, [wantsBar, Bar]);

  return (
    <>
      <p role="status" className="sr-only">
        {size > 0 ? texts("count", { count: size }) : wasSelecting ? texts("none") : ""}
      </p>
      {size > 0 ? (
        <span id={selectedNoteId} hidden>
          {texts("isSelected")}
        </span>
      ) : null}
      {wantsBar && Bar !== null ? <Bar /> : null}
    </>
  );
}

function useClearedOnLeaving(): void {
  const place = `${usePathname()}?${useSearchParams()}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change of place that it waits for.
  useEffect(() => clearSelection, [place]);
}

/** Ctrl or Cmd with A selects all there is, Escape nothing, Delete deletes; unless someone types, or something else is open. */
function useKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTaken(event.target)) return;
      if (event.key === "Escape" && isSelecting()) {
        event.preventDefault();
        void whenLoaded(import("./bar"), ({ leaveSelection }) => leaveSelection());
      }
      if (event.key === "Delete" && !event.repeat && isSelecting() && !isWorking()) {
        event.preventDefault();
        void whenLoaded(import("./verbs"), ({ deleteSelected }) => deleteSelected());
      }
      if (!event.ctrlKey && !event.metaKey) return;
      const list = listOnPage();
      if (event.key.toLowerCase() !== "a" || event.altKey || event.shiftKey || list === null) return;
      event.preventDefault();
      void selectAll(list);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
