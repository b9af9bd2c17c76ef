"use client";

import { usePathname } from "next/navigation";
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { useTexts } from "../_texts/provider";
import { closePath, Glyph } from "./glyph";
import { makeListeners } from "./listeners";
import { focusPage, giveFocusBack, listenForPanels, listenForPanes, pane } from "./panes";
import { namePicturesInPrint } from "./print-names";

interface Toast {
  id: number;
  text: string;
  action?: {
    label: string;
    run: () => void;
    /** where someone closes it */
    onDismiss?: () => void;
    /** how long it is offered; else as long as any toast stays */
    staysMs?: number;
  };
}

const staysMs = 10_000;
let current: Toast | null = null;
let count = 0;
const { subscribe, tell } = makeListeners();

/**
 * Says something at the bottom of the screen, with at most one thing to do about it. A new one replaces the last. What is in focus
 * stays so; where the toast had it, it goes back to the page.
 */
export function toast(text: string, action?: Toast["action"]): void {
  count += 1;
  show({ id: count, text, ...(action && { action }) });
}

export function Toaster() {
  const shown = useSyncExternalStore(
    subscribe,
    () => current,
    () => null,
  );
  useEffect(() => {
    const stop = new AbortController();
    listenForPanes(stop);
    listenForPanels(stop);
    namePicturesInPrint(stop);
    return () => stop.abort();
  }, []);
  useFocusOfNewPage();
  return (
    <div
      role="status"
      // What covers the page leaves it reachable.
      data-toasts
      className="pointer-events-none fixed inset-x-0 bottom-[calc(var(--bar)+var(--tray)+var(--cards))] z-60 grid justify-center px-2 pb-2 sm:p-4 lg:bottom-0 lg:max-w-[calc(100%-26rem)] lg:justify-start print:hidden"
    >
      {shown === null ? null : <ToastCard key={shown.id} toast={shown} />}
    </div>
  );
}

function ToastCard({ toast: { text, action } }: { toast: Toast }) {
  const texts = useTexts("frame");
  const card = useRef<HTMLDivElement>(null);
  // Time stands still while someone points at it or is in it.
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => show(null), action?.staysMs ?? staysMs);
    return () => clearTimeout(timer);
  }, [held, action]);
  useLayoutEffect(() => {
    const { current: shown } = card;
    return () => giveFocusBack(shown);
  }, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notices the pointer; what can be done are its buttons.
    <div
      ref={card}
      {...pane}
      className="pointer-events-auto flex min-w-0 items-center gap-1 rounded-[1.625rem] border border-transparent bg-text py-1 ps-5 pe-1 text-sm text-page shadow-lg **:focus-visible:-outline-offset-4 **:focus-visible:outline-page"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <p className="min-w-0 py-1 wrap-anywhere">{text}</p>
      {action ? (
        <button
          type="button"
          aria-keyshortcuts="F6"
          className="min-h-11 shrink-0 rounded-full px-4 font-semibold underline underline-offset-4"
          onClick={() => {
            show(null);
            action.run();
          }}
        >
          {action.label}
        </button>
      ) : null}
      <button
        type="button"
        className="inline-flex size-11 shrink-0 items-center justify-center rounded-full"
        aria-label={texts("dismiss")}
        onClick={() => {
          show(null);
          action?.onDismiss?.();
        }}
      >
        <Glyph path={closePath} sizePx={18} />
      </button>
    </div>
  );
}

/** What had focus may be gone with its page: it is then at the beginning of the new one, and not nowhere. */
function useFocusOfNewPage(): void {
  const path = usePathname();
  const first = useRef(path);
  useEffect(() => {
    if (first.current === path) return;
    first.current = path;
    if (document.activeElement === document.body) focusPage();
  }, [path]);
}

function show(next: Toast | null): void {
  current = next;
  tell();
}
