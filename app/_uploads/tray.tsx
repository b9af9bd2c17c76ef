"use client";

import { ChevronDown, ChevronUp, Pause, Play, X } from "lucide-react";
import { type FocusEvent, useEffect, useState, useSyncExternalStore } from "react";
import type { QueueSnapshot } from "@/lib/uploads/client/queue-store";
import type { UploadQueue } from "@/lib/uploads/client/upload-queue";
import { iconButton } from "../_ui/styles";
import { TrayList } from "./tray-list";
import { headlineOf, paceOf, shareOf } from "./wording";

const textButton =
  "shrink-0 min-h-11 rounded-full px-3 text-sm font-medium text-quiet hover:bg-sunken hover:text-text";
/** Once all is well, it goes away by itself after this time. */
const lingerMs = 5000;

/** What is being sent: at the bottom right, on a phone along the bottom. Opens into a row for each file. */
export function Tray({ queue }: { queue: UploadQueue }) {
  const snapshot = useSyncExternalStore(queue.subscribe, queue.getSnapshot, queue.getSnapshot);
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
      aria-label="Uploads"
      className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-raised pb-[env(safe-area-inset-bottom)] shadow-[0_-4px_24px_rgb(0_0_0/0.08)] sm:inset-x-auto sm:right-4 sm:bottom-4 sm:w-96 sm:rounded-2xl sm:border sm:pb-0 sm:shadow-xl"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={(event) => leavesWithFocus(event) && setHeld(false)}
    >
      <header className="flex items-center gap-1 pt-1 pr-2 pl-4">
        <h2 className="min-w-0 flex-1 truncate text-sm font-medium">{headlineOf(snapshot)}</h2>
        <button
          type="button"
          className={iconButton}
          aria-expanded={open}
          aria-label="Details"
          title="Details"
          onClick={() => setOpen(!open)}
        >
          {open ? <ChevronDown aria-hidden size={20} /> : <ChevronUp aria-hidden size={20} />}
        </button>
        {isActive ? <PauseButton queue={queue} isPaused={snapshot.isPaused} /> : null}
        {totals.failed > 1 && !isActive ? (
          <button type="button" className={textButton} onClick={queue.retryAll}>
            Try all again
          </button>
        ) : null}
        {isActive ? (
          <button type="button" className={textButton} onClick={queue.cancelAll}>
            Cancel all
          </button>
        ) : (
          <button
            type="button"
            className={iconButton}
            aria-label="Close"
            title="Close"
            onClick={queue.clearFinished}
          >
            <X aria-hidden size={20} />
          </button>
        )}
      </header>
      <p className="truncate px-4 pb-2.5 text-sm text-quiet tabular-nums">{paceOf(snapshot)}</p>
      <div aria-hidden className="h-0.5 bg-sunken">
        <div className="h-full origin-left bg-accent" style={{ transform: `scaleX(${shareOf(totals)})` }} />
      </div>
      {open ? <TrayList items={items} queue={queue} /> : null}
      <Announcement snapshot={snapshot} />
    </section>
  );
}

function PauseButton({ queue, isPaused }: { queue: UploadQueue; isPaused: boolean }) {
  const [label, Icon, act] = isPaused ? ["Resume", Play, queue.resume] : ["Pause", Pause, queue.pause];
  return (
    <button type="button" className={iconButton} aria-label={label} title={label} onClick={act}>
      <Icon aria-hidden size={18} />
    </button>
  );
}

/** What a screen reader hears: the start and the end, not every step. */
function Announcement({ snapshot }: { snapshot: QueueSnapshot }) {
  const { totals, isPaused } = snapshot;
  const isSending = totals.active > 0 && !isPaused;
  const text = isSending ? `Sending ${totals.files} pictures` : headlineOf(snapshot);
  return (
    <p role="status" className="sr-only">
      {text}
    </p>
  );
}

/** Failures and duplicates stay until they were read. */
function useLeaveWhenAllIsWell(queue: UploadQueue, { items, totals }: QueueSnapshot, held: boolean): void {
  const allIsWell =
    items.length > 0 &&
    totals.active === 0 &&
    items.every(({ state }) => state.status === "ready" || state.status === "cancelled");
  useEffect(() => {
    if (!allIsWell || held) return;
    const timer = setTimeout(queue.clearFinished, lingerMs);
    return () => clearTimeout(timer);
  }, [queue, allIsWell, held]);
}
