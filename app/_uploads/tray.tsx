"use client";

import { ChevronDown, ChevronUp, Pause, Play, X } from "lucide-react";
import { type ChangeEvent, type FocusEvent, useEffect, useId, useState, useSyncExternalStore } from "react";
import { offeredAlbums } from "@/lib/uploads/client/queue/album-wish";
import type { QueueSnapshot } from "@/lib/uploads/client/queue/queue-store";
import { canRetry, isBlocked, type UploadItem } from "@/lib/uploads/client/queue/upload-item";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";
import { useTexts } from "../_texts/provider";
import { useWordWait } from "../_texts/use-word-wait";
import { iconButton } from "../_ui/styles";
import { toast } from "../_ui/toaster";
import { AlbumOffer } from "./album-offer";
import { shareOf } from "./share-of";
import { textButton } from "./text-button";
import { TrayList } from "./tray-list";
import { useWording } from "./use-wording";

/** Once all is well, it goes away by itself after this time. */
const lingerMs = 5000;

/** What is being sent: at the bottom right, on a phone along the bottom. Opens into a row for each file. */
export function Tray({ queue }: { queue: UploadQueue }) {
  const snapshot = useSyncExternalStore(queue.subscribe, queue.getSnapshot, queue.getSnapshot);
  const texts = useTexts("tray");
  const { headlineOf, paceOf } = useWording();
  const [open, setOpen] = useState(true);
  const [held, setHeld] = useState(false);
  useLeaveWhenAllIsWell(queue, snapshot, held);

  const items = snapshot.items.filter(({ state }) => state.status !== "cancelled");
  if (items.length === 0) return <p role="status" className="sr-only" />;
  const { totals } = snapshot;
  const isActive = totals.active > 0;
  const leavesWithFocus = ({ currentTarget, relatedTarget }: FocusEvent) =>
    !currentTarget.contains(relatedTarget);
  return (
    <section
      aria-label={texts("title")}
      className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-raised pb-[env(safe-area-inset-bottom)] shadow-[0_-4px_24px_rgb(0_0_0/0.08)] sm:inset-x-auto sm:end-4 sm:bottom-4 sm:w-96 sm:rounded-2xl sm:border sm:pb-0 sm:shadow-xl"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={(event) => leavesWithFocus(event) && setHeld(false)}
    >
      <header className="flex items-center gap-1 pt-1 pe-2 ps-4">
        <h2 className="line-clamp-2 min-w-0 flex-1 text-sm font-medium">{headlineOf(snapshot)}</h2>
        <button
          type="button"
          className={iconButton}
          aria-expanded={open}
          aria-label={texts("details")}
          title={texts("details")}
          onClick={() => setOpen(!open)}
        >
          {open ? <ChevronDown aria-hidden size={20} /> : <ChevronUp aria-hidden size={20} />}
        </button>
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
        ) : totals.files === 0 ? null : (
          <button
            type="button"
            className={iconButton}
            aria-label={texts("close")}
            title={texts("close")}
            onClick={() => queue.clearFinished()}
          >
            <X aria-hidden size={20} />
          </button>
        )}
      </header>
      {totals.files === 0 ? null : (
        <p className="truncate px-4 pb-2.5 text-sm text-quiet tabular-nums">{paceOf(snapshot)}</p>
      )}
      <Blocked items={items} />
      {isActive && !snapshot.isLasting ? <p className="px-4 pb-2.5 text-sm">{texts("notLasting")}</p> : null}
      <Interrupted items={items} queue={queue} />
      <AlbumOffer items={items} queue={queue} />
      <div aria-hidden className="h-0.5 bg-sunken">
        <div
          className="h-full origin-left rtl:origin-right bg-accent"
          style={{ transform: `scaleX(${shareOf(totals)})` }}
        />
      </div>
      {open ? <TrayList items={isActive ? items : failedFirst(items)} queue={queue} /> : null}
      <Announcement snapshot={snapshot} />
    </section>
  );
}

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
  const [label, Icon] = isPaused ? [texts("resume"), Play] : [texts("pause"), Pause];
  const act = () => (isPaused ? queue.resume() : queue.pause());
  return (
    <button type="button" className={iconButton} aria-label={label} title={label} onClick={act}>
      <Icon aria-hidden size={18} />
    </button>
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
