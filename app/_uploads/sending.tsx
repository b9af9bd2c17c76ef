"use client";

import { unstable_isUnrecognizedActionError, usePathname } from "next/navigation";
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { plainFailure, type Result } from "@/lib/errors";
import type { GalleryImage } from "@/lib/images/contract";
import type { UploadServer } from "@/lib/uploads/client/calls/upload-server";
import { createPreparer } from "@/lib/uploads/client/prepare/preparer";
import { addOrGoOn } from "@/lib/uploads/client/queue/add-or-go-on";
import { askPermission, BrowserJournal } from "@/lib/uploads/client/queue/browser-journal";
import { type Journal, noJournal } from "@/lib/uploads/client/queue/journal";
import { PageQueue } from "@/lib/uploads/client/queue/page-queue";
import { SharedQueue } from "@/lib/uploads/client/queue/shared-queue";
import { sortOut } from "@/lib/uploads/client/queue/sort-out";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";
import type { PageLimits } from "@/lib/uploads/contract";
import { addToGallery, refreshGallery } from "../(viewer)/gallery-changes";
import { abortActions, enableAbortActions } from "./abort-actions";
import { abandon, addToAlbum, begin, confirm, ping, reportRefusal } from "./actions";
import { AppSigns } from "./app-signs";
import { StayUntilSent } from "./stay-until-sent";
import { TabProgress } from "./tab-progress";
import { Tray } from "./tray";
import { noteUnderWay } from "./under-way";

interface SendingProps {
  limits: PageLimits;
  viewerId: string;
  /** what waits to be taken */
  chosen: File[];
  onTaken(count: number): void;
  /** how many of them were no pictures of the person's */
  onSortedOut(leftOut: number): void;
}

/** The queue of this tab: it outlives the pages, so that one can look at pictures while others are sent. */
export function Sending({ limits, viewerId, chosen, onTaken, onSortedOut }: SendingProps) {
  const queue = useQueue(limits, viewerId, useRefreshAlbums());
  useEffect(() => {
    if (queue === null || chosen.length === 0) return;
    onTaken(chosen.length);
    void sortOut(chosen).then(({ files, leftOut }) => {
      void addOrGoOn(queue, files);
      onSortedOut(leftOut);
    });
  }, [queue, chosen, onTaken, onSortedOut]);
  if (queue === null) return null;
  return (
    <>
      <Tray queue={queue} />
      <PicturesArrive queue={queue} />
      <StayUntilSent queue={queue} />
      <TabProgress queue={queue} />
      <AppSigns queue={queue} />
      <NoteUnderWay queue={queue} viewerId={viewerId} />
    </>
  );
}

/** Made in the browser only, and once. */
function useQueue(
  { digests, ...limits }: PageLimits,
  viewerId: string,
  onAlbum: () => void,
): UploadQueue | null {
  const [queue, setQueue] = useState<UploadQueue | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the limits are the server's and do not change while it runs.
  useEffect(() => {
    const preparer = createPreparer({ limits });
    const disableAbortActions = enableAbortActions();
    const server = serverFor(viewerId, onAlbum);
    // Over plain http in a home network the page can neither keep files nor tell who sends: each is on its own.
    const made = window.isSecureContext
      ? new SharedQueue({
          name: `pail-uploads-${viewerId}`,
          createQueue: async () =>
            new PageQueue({ server, preparer, digests, journal: await journalOf(viewerId) }),
          askPermission: () => askPermission(viewerId),
        })
      : new PageQueue({ server, preparer, digests });
    setQueue(made);
    return () => {
      made.close();
      preparer.close();
      disableAbortActions();
    };
  }, []);
  return queue;
}

/** What is to be called when an album has changed: a page of albums shows it, also one that was on its way at that moment. */
function useRefreshAlbums(): () => void {
  const isOfAlbums = usePathname().startsWith("/albums");
  const [changes, setChanges] = useState(0);
  const shown = useRef(0);
  useEffect(() => {
    if (!isOfAlbums || shown.current === changes) return;
    shown.current = changes;
    refreshGallery();
  }, [isOfAlbums, changes]);
  return useCallback(() => setChanges((before) => before + 1), []);
}

/** Each call says whose page this is: somebody else may have signed in since. */
const serverFor = (viewerId: string, onAlbum: () => void): UploadServer => ({
  begin: known((offers) => begin(viewerId, offers)),
  confirm: known((uploadIds) => confirm(viewerId, uploadIds)),
  ping: known(() => ping(viewerId, null)),
  abandon: (uploadIds) => abandon(viewerId, uploadIds),
  reportRefusal: (refusal) => reportRefusal(viewerId, refusal),
  addToAlbum: known(async (addition) => {
    const result = await addToAlbum(viewerId, addition);
    if (result.ok) onAlbum();
    return result;
  }),
  abortCalls: abortActions,
});

/** Settings, or a full disk, may refuse to keep anything: the tray says so. */
async function journalOf(viewerId: string): Promise<Journal> {
  try {
    return await BrowserJournal.open(viewerId);
  } catch (error) {
    console.warn("uploads cannot be kept for a later page", error);
    return noJournal;
  }
}

/** A page of an earlier build calls actions that the server has under other names by now. */
function known<A extends unknown[], T>(
  action: (...args: A) => Promise<Result<T>>,
): (...args: A) => Promise<Result<T>> {
  return async (...args) => {
    try {
      return await action(...args);
    } catch (error) {
      if (!unstable_isUnrecognizedActionError(error)) throw error;
      return { ok: false, error: plainFailure("outdated") };
    }
  };
}

/** Shows in the gallery what is ready. */
function PicturesArrive({ queue }: { queue: UploadQueue }) {
  const { items } = useSyncExternalStore(queue.subscribe, queue.getSnapshot, queue.getSnapshot);
  const shown = useRef(new Set<string>());
  useEffect(() => {
    const images: GalleryImage[] = [];
    for (const { state } of items)
      if (state.status === "ready" && !shown.current.has(state.image.id)) images.push(state.image);
    for (const { id } of images) shown.current.add(id);
    if (images.length > 0) addToGallery(images);
  }, [items]);
  return null;
}

/** So that the next page knows whether to look, and the pages beside this one. */
function NoteUnderWay({ queue, viewerId }: { queue: UploadQueue; viewerId: string }) {
  const { items, totals } = useSyncExternalStore(queue.subscribe, queue.getSnapshot, queue.getSnapshot);
  const isUnderWay =
    totals.active + totals.failed > 0 || items.some(({ state }) => state.status === "interrupted");
  useEffect(() => {
    void queue.restored.then(() => noteUnderWay(viewerId, isUnderWay));
  }, [queue, viewerId, isUnderWay]);
  return null;
}
