"use client";

import { useEffect, useSyncExternalStore } from "react";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";
import { stayAwake } from "../_ui/stay-awake";

/** While pictures are on their way: how many are left on the app's icon, and the screen stays on. Where the browser has neither, nothing. */
export function AppSigns({ queue }: { queue: UploadQueue }) {
  const { totals, isPaused } = useSyncExternalStore(queue.subscribe, queue.getSnapshot, queue.getSnapshot);
  useEffect(() => showBadge(totals.active), [totals.active]);
  useEffect(() => () => showBadge(0), []);
  const isSending = totals.active > 0 && !isPaused;
  useEffect(() => (isSending ? stayAwake() : undefined), [isSending]);
  return null;
}

let isBadged = false;

function showBadge(count: number): void {
  if (!("setAppBadge" in navigator) || (count === 0 && !isBadged)) return;
  isBadged = count > 0;
  const shown = count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge();
  shown.catch((error: unknown) => console.debug("the app's icon has no badge", error));
}
