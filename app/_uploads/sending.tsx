"use client";

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { createPreparer } from "@/lib/uploads/client/prepare";
import { createUploadQueue, type UploadQueue } from "@/lib/uploads/client/upload-queue";
import type { UploadLimits } from "@/lib/uploads/contract";
import { addToGallery } from "../(viewer)/gallery-changes";
import { abandon, begin, confirm, reportRefusal } from "./actions";
import { Tray } from "./tray";
import { shareOf } from "./wording";

interface SendingProps {
  limits: UploadLimits;
  /** what waits to be taken */
  chosen: File[];
  onTaken(count: number): void;
}

/** Thousands of files in one go would keep the page from answering for a tenth of a second. */
const filesAtOnce = 500;

/** The queue of this tab: it outlives the pages, so that one can look at pictures while others are sent. */
export function Sending({ limits, chosen, onTaken }: SendingProps) {
  const queue = useQueue(limits);
  useEffect(() => {
    if (queue === null || chosen.length === 0) return;
    const next = chosen.slice(0, filesAtOnce);
    queue.add(next);
    onTaken(next.length);
  }, [queue, chosen, onTaken]);
  if (queue === null) return null;
  return (
    <>
      <Tray queue={queue} />
      <PicturesArrive queue={queue} />
      <StayUntilSent queue={queue} />
      <TitleTells queue={queue} />
    </>
  );
}

/** Made in the browser only, and once. */
function useQueue(limits: UploadLimits): UploadQueue | null {
  const [queue, setQueue] = useState<UploadQueue | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the limits are the server's and do not change while it runs.
  useEffect(() => {
    const preparer = createPreparer({ limits });
    const made = createUploadQueue({ server: { begin, confirm, abandon, reportRefusal }, preparer });
    setQueue(made);
    return () => {
      made.cancelAll();
      preparer.close();
    };
  }, []);
  return queue;
}

/** Shows in the gallery what is ready. */
function PicturesArrive({ queue }: { queue: UploadQueue }) {
  const { items } = useSyncExternalStore(queue.subscribe, queue.getSnapshot, queue.getSnapshot);
  const shown = useRef(new Set<string>());
  useEffect(() => {
    const ready = items.flatMap(({ state }) => (state.status === "ready" ? [state.image] : []));
    const images = ready.filter(({ id }) => !shown.current.has(id));
    for (const { id } of images) shown.current.add(id);
    if (images.length > 0) addToGallery(images);
  }, [items]);
  return null;
}

/** How far it is can be read off the tab. */
function TitleTells({ queue }: { queue: UploadQueue }) {
  const { totals, isPaused } = useSyncExternalStore(queue.subscribe, queue.getSnapshot, queue.getSnapshot);
  const percent = totals.active > 0 ? Math.floor(100 * shareOf(totals)) : null;
  useEffect(() => {
    const tell = () => {
      const title = document.title.replace(/^(\d+ %|Paused) · /, "");
      const state = isPaused ? "Paused" : `${percent} %`;
      const told = percent === null ? title : `${state} · ${title}`;
      if (document.title !== told) document.title = told;
    };
    tell();
    // Another page brings another title.
    const observer = new MutationObserver(tell);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, [percent, isPaused]);
  return null;
}

/** The browser asks before it leaves a page that is still sending. */
function StayUntilSent({ queue }: { queue: UploadQueue }) {
  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent) => {
      if (queue.getSnapshot().totals.active > 0) event.preventDefault();
    };
    window.addEventListener("beforeunload", onLeave);
    return () => window.removeEventListener("beforeunload", onLeave);
  }, [queue]);
  return null;
}
