"use client";

import { ChevronDown, Pause, Play, X } from "lucide-react";
import { type ChangeEvent, type FocusEvent, useEffect, useId, useState, useSyncExternalStore } from "react";
import { offeredAlbums } from "@/lib/uploads/client/queue/album-wish";
import type { QueueSnapshot } from "@/lib/uploads/client/queue/queue-store";
import { canRetry, isBlocked, type UploadItem } from "@/lib/uploads/client/queue/upload-item";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";
import { useTexts } from "../_texts/provider";
import { useWordWait } from "../_texts/use-word-wait";
import { pane } from "../_ui/panes";
import { toast } from "../_ui/toaster";
import { useRoomBelow } from "../_ui/use-room-below";
import { AlbumOffer } from "./album-offer";
import { IconButton } from "./icon-button";
import { shareOf } from "./share-of";
import { textButton } from "./text-button";
import { TrayList } from "./tray-list";
import { TrayPill } from "./tray-pill";
import { useWording } from "./use-wording";

/** Once all is well, it goes away by itself after this time. */
const lingerMs = 5000;

/** What is being sent: at the bottom right, on a phone above the places. A row for each file, or as small as a pill. */
export function Tray({ queue }: { queue: UploadQueue }) {
  const snapshot = useSyncExternalStore(queue.subscribe, queue.getSnapshot, queue.getSnapshot);
  const texts = useTexts("tray");
  const { headlineOf, paceOf } = useWording();
  // Whoever pressed for one size goes on in it.
  const [size, setSize] = useState<"whole" | "small" | "whole_again">("whole");
  const isSmall = size === "small";
  const [held, setHeld] = useState(false);
  const place = useRoomBelow("--tray");
  useLeaveWhenAllIsWell(queue, snapshot, held);

  const items = snapshot.items.filter(({ state }) => state.status !== "cancelled");
  // The next ones are shown whole again.
  if (items.length === 0 && size !== "whole") setSize("whole");
  if (items.length === 0) return <p role="status" className="sr-only" />;
  const { totals } = snapshot;
  const isActive = totals.active > 0;
  const leavesWithFocus = ({ currentTarget, relatedTarget }: FocusEvent) =>
    !currentTarget.contains(relatedTarget);
  return (
    <section
      ref={place}
      {...pane}
      aria-label={texts("title")}
      className={`fixed bottom-(--bar) z-30 border-line bg-raised print:hidden ${isSmall ? small : whole}`}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={(event) => leavesWithFocus(event) && setHeld(false)}
    >
      {isSmall ? (
        <TrayPill snapshot={snapshot} onShow={() => setSize("whole_again")} />
      ) : (
        <>
          <header className="flex items-center gap-1 pt-1 pe-2 ps-4">
            <h2 className="line-clamp-2 min-w-0 flex-1 text-sm font-medium">{headlineOf(snapshot)}</h2>
            {isActive ? <PauseButton queue={queue} isPaused={snapshot.isPaused} /> : null}
            {!isActive && items.filter(({ state }) => canRetry(state)).length > 1 ? (
              <button type="button" className={textButton} onClick={() => queue.retryAll()}>
                {texts("tryAllAgain")}
              </button>
            ) : null}
            {isActive ? (
              <button type="button" className={textButton} onClick={() => queue.cancelAll()}>
                {texts("cancelAll")}
              </button>
            ) : null}
            <IconButton
              label={texts("minimise")}
              icon={ChevronDown}
              onClick={() => setSize("small")}
              takesFocus={size === "whole_again"}
            />
            {isActive || totals.files === 0 ? null : (
              <IconButton label={texts("close")} icon={X} onClick={() => queue.clearFinished()} />
            )}
          </header>
          {totals.files === 0 ? null : (
            <p className="truncate px-4 pb-2.5 text-sm text-quiet tabular-nums">{paceOf(snapshot)}</p>
          )}
          <Blocked items={items} />
          {isActive && !snapshot.isLasting ? (
            <p className="px-4 pb-2.5 text-sm">{texts("notLasting")}</p>
          ) : null}
          <Interrupted items={items} queue={queue} />
          <AlbumOffer items={items} queue={queue} />
          <div aria-hidden className="h-0.5 bg-sunken">
            <div
              data-fill
              className="h-full origin-left rtl:origin-right bg-accent"
              style={{ transform: `scaleX(${shareOf(totals)})` }}
            />
          </div>
          <TrayList items={isActive ? items : failedFirst(items)} queue={queue} />
        </>
      )}
      <Announcement snapshot={snapshot} />
    </section>
  );
}

const whole =
  "inset-x-0 border-t shadow-[0_-4px_24px_rgb(0_0_0/0.08)] sm:inset-x-auto sm:end-4 sm:mb-4 sm:w-96 sm:rounded-2xl sm:border sm:shadow-xl";
const small = "end-2 mb-2 rounded-full border shadow-lg sm:end-4 sm:mb-4";

/** What is to be read comes first, once the rows no longer move under the hand. */
function failedFirst(items: UploadItem[]): UploadItem[] {
  const isFailed = ({ state }: UploadItem) => state.status === "failed";
  return [...items.filter(isFailed), ...items.filter((item) => !isFailed(item))];
}

/** What all of it waits for, said once, with what the person can do about it. */
function Blocked({ items }: { items: UploadItem[] }) {
  const texts = useTexts("tray");
  const wordWait = useWordWait();
  const state = items.map((item) => item.state).find(isBlocked);
  if (state === undefined) return null;
  return (
    <p role="alert" className="flex items-center gap-2 pe-2 pb-1 ps-4 text-sm">
      <span className="flex-1">{wordWait(state.code)}</span>
      {state.status === "signed_out" ? (
        <a
          href={state.code === "other_viewer" ? "/sign-in?again" : "/sign-in"}
          target="_blank"
          rel="noreferrer"
          className={`${textButton} content-center`}
        >
          {texts("signIn")}
        </a>
      ) : null}
      {state.status === "outdated" ? (
        <button type="button" className={textButton} onClick={() => window.location.reload()}>
          {texts("reload")}
        </button>
      ) : null}
    </p>
  );
}

/** What an earlier page could not bring to an end. */
function Interrupted({ items, queue }: { items: UploadItem[]; queue: UploadQueue }) {
  const texts = useTexts("tray");
  const id = useId();
  const interrupted = items.filter(({ state }) => state.status === "interrupted");
  if (interrupted.length === 0) return null;
  const reattach = async ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const [other, ...more] = await queue.reattach([...(currentTarget.files ?? [])]);
    currentTarget.value = "";
    if (other !== undefined) toast(texts("otherPictures", { first: other.name, more: more.length }));
  };
  const asks = interrupted.some(
    ({ state }) => state.status === "interrupted" && state.needs === "permission",
  );
  return (
    <div className="flex flex-wrap items-center justify-end gap-x-1 pe-2 pb-1 ps-4 text-sm">
      <p className="me-auto">{texts("left", { count: interrupted.length })}</p>
      {asks ? (
        <button type="button" className={textButton} onClick={() => void queue.openInterrupted()}>
          {texts("goOn")}
        </button>
      ) : (
        <div className="relative">
          <input
            id={id}
            type="file"
            multiple
            className="peer absolute inset-0 size-full cursor-pointer opacity-0"
            onChange={reattach}
          />
          <label
            htmlFor={id}
            className={`${textButton} inline-flex items-center peer-focus-visible:outline-2 peer-focus-visible:outline-accent`}
          >
            {texts("chooseAgain")}
          </label>
        </div>
      )}
      <button
        type="button"
        className={textButton}
        onClick={() => {
          for (const item of interrupted) queue.cancel(item.id);
        }}
      >
        {texts("discard")}
      </button>
    </div>
  );
}

function PauseButton({ queue, isPaused }: { queue: UploadQueue; isPaused: boolean }) {
  const texts = useTexts("tray");
  return isPaused ? (
    <IconButton label={texts("resume")} icon={Play} onClick={() => queue.resume()} />
  ) : (
    <IconButton label={texts("pause")} icon={Pause} onClick={() => queue.pause()} />
  );
}

/** What a screen reader hears: the start and the end, not every step. */
function Announcement({ snapshot }: { snapshot: QueueSnapshot }) {
  const texts = useTexts("tray");
  const { headlineOf } = useWording();
  const { totals, isPaused } = snapshot;
  const isSending = totals.active > 0 && !isPaused;
  const text = isSending ? texts("sending", { files: totals.files }) : headlineOf(snapshot);
  return (
    <p role="status" className="sr-only">
      {text}
    </p>
  );
}

/** Failures and duplicates stay until they were read, an offer until it was answered. */
function useLeaveWhenAllIsWell(queue: UploadQueue, { items, totals }: QueueSnapshot, held: boolean): void {
  const allIsWell =
    items.length > 0 &&
    totals.active === 0 &&
    items.every(({ state }) => state.status === "ready" || state.status === "cancelled") &&
    offeredAlbums(items).length === 0;
  useEffect(() => {
    if (!allIsWell || held) return;
    const timer = setTimeout(() => queue.clearFinished(), lingerMs);
    return () => clearTimeout(timer);
  }, [queue, allIsWell, held]);
}
