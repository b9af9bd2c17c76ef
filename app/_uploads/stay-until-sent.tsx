"use client";

import { useEffect } from "react";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";
import { useTexts } from "../_texts/provider";
import { toast } from "../_ui/toaster";

/** The browser asks before it leaves a page that is still sending; without a connection, links do not leave it at all. */
export function StayUntilSent({ queue }: { queue: UploadQueue }) {
  const texts = useTexts("tray");
  useEffect(() => {
    const isSending = () => queue.isSender() && queue.getSnapshot().totals.active > 0;
    const onLeave = (event: BeforeUnloadEvent) => {
      if (isSending()) event.preventDefault();
    };
    // Next leaves a page whose next one does not come, and what follows is the browser's: that no server was found.
    const onClick = (event: MouseEvent) => {
      if (!isSending() || !isOffline(queue) || !opensHere(event)) return;
      event.preventDefault();
      event.stopPropagation();
      toast(texts("pageStays"));
    };
    window.addEventListener("beforeunload", onLeave);
    document.addEventListener("click", onClick, { capture: true });
    return () => {
      window.removeEventListener("beforeunload", onLeave);
      document.removeEventListener("click", onClick, { capture: true });
    };
  }, [queue, texts]);
  return null;
}

const isOffline = (queue: UploadQueue): boolean =>
  queue.getSnapshot().items.some(({ state }) => state.status === "offline");

/** Whether a click follows a link to a page of Pail, in this tab. */
function opensHere({ target, ctrlKey, metaKey, shiftKey }: MouseEvent): boolean {
  const link = target instanceof Element ? target.closest<HTMLAnchorElement>("a[href]") : null;
  if (link === null || link.target === "_blank" || link.hasAttribute("download")) return false;
  const isWithinPage = link.getAttribute("href")?.startsWith("#");
  return link.origin === window.location.origin && !isWithinPage && !ctrlKey && !metaKey && !shiftKey;
}
