"use client";

import { useEffect, useSyncExternalStore } from "react";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";
import { showBeforeTitle } from "../_ui/tab-title";
import { shareOf } from "./share-of";
import { useWording } from "./use-wording";

/** How far it is can be read from the browser's tab: its title and its icon. */
export function TabProgress({ queue }: { queue: UploadQueue }) {
  const { totals, isPaused } = useSyncExternalStore(queue.subscribe, queue.getSnapshot, queue.getSnapshot);
  const { tabStateOf } = useWording();
  const percent = totals.active > 0 ? Math.floor(100 * shareOf(totals)) : null;
  const state = percent === null ? null : tabStateOf(percent, isPaused);
  useEffect(() => keepShowing(() => showBeforeTitle(state)), [state]);
  // In tenths: each is a file of its own.
  const tenths = percent === null ? null : 10 * Math.floor(percent / 10);
  useEffect(() => keepShowing(() => showIcon(tenths)), [tenths]);
  return null;
}

/** Another page brings another head: it is shown again there, until the returned function is called. */
function keepShowing(show: () => void): () => void {
  show();
  const observer = new MutationObserver(show);
  observer.observe(document.head, { childList: true, subtree: true, characterData: true });
  return () => observer.disconnect();
}

function showIcon(tenths: number | null): void {
  // React adds another one where it does not find its own.
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel="icon"][type="image/svg+xml"]')) {
    link.dataset.resting ??= link.href;
    const shown = tenths === null ? link.dataset.resting : `/progress-icon/${tenths}`;
    if (link.getAttribute("href") !== shown) link.href = shown;
  }
}
