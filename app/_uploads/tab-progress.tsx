"use client";

import { useEffect, useSyncExternalStore } from "react";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";
import { shareOf } from "./wording";

/** How far it is can be read off the browser's tab: its title and its icon. */
export function TabTells({ queue }: { queue: UploadQueue }) {
  const { totals, isPaused } = useSyncExternalStore(queue.subscribe, queue.getSnapshot, queue.getSnapshot);
  const percent = totals.active > 0 ? Math.floor(100 * shareOf(totals)) : null;
  useEffect(() => keepTelling(() => tellTitle(percent, isPaused)), [percent, isPaused]);
  // In tenths: each is a file of its own.
  const tenths = percent === null ? null : 10 * Math.floor(percent / 10);
  useEffect(() => keepTelling(() => tellIcon(tenths)), [tenths]);
  return null;
}

/** Another page brings another head: it is told again, until the returned function is called. */
function keepTelling(tell: () => void): () => void {
  tell();
  const observer = new MutationObserver(tell);
  observer.observe(document.head, { childList: true, subtree: true, characterData: true });
  return () => observer.disconnect();
}

function tellTitle(percent: number | null, isPaused: boolean): void {
  const title = document.title.replace(/^(\d+ %|Paused) · /, "");
  const state = isPaused ? "Paused" : `${percent} %`;
  const told = percent === null ? title : `${state} · ${title}`;
  if (document.title !== told) document.title = told;
}

function tellIcon(tenths: number | null): void {
  // React adds another one where it does not find its own.
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel="icon"][type="image/svg+xml"]')) {
    link.dataset.resting ??= link.href;
    const told = tenths === null ? link.dataset.resting : `/progress-icon/${tenths}`;
    if (link.getAttribute("href") !== told) link.href = told;
  }
}
