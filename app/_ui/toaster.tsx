"use client";

import { X } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTexts } from "../_texts/provider";

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
const listeners = new Set<() => void>();

/** Says something at the bottom of the screen, with at most one thing to do about it. A new one replaces the last. */
export function toast(text: string, action?: Toast["action"]): void {
  count += 1;
  show({ id: count, text, ...(action && { action }) });
}

export function Toaster() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
    () => null,
  );
  return (
    <div
      role="status"
      // What covers the page leaves it reachable.
      data-toasts
      className="pointer-events-none fixed inset-x-0 bottom-0 z-40 grid justify-center p-4 sm:justify-start"
    >
      {shown === null ? null : <ToastCard key={shown.id} toast={shown} />}
    </div>
  );
}

function ToastCard({ toast: { text, action } }: { toast: Toast }) {
  const texts = useTexts("frame");
  // Time stands still while someone points at it or is in it.
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => show(null), action?.staysMs ?? staysMs);
    return () => clearTimeout(timer);
  }, [held, action]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notices the pointer; what can be done are its buttons.
    <div
      className="pointer-events-auto flex items-center gap-1 rounded-full bg-text py-1 ps-5 pe-1 text-sm text-page shadow-lg"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <p>{text}</p>
      {action ? (
        <button
          type="button"
          className="min-h-11 rounded-full px-4 font-semibold underline underline-offset-4"
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
        className="inline-flex size-11 items-center justify-center rounded-full"
        aria-label={texts("dismiss")}
        onClick={() => {
          show(null);
          action?.onDismiss?.();
        }}
      >
        <X aria-hidden size={18} />
      </button>
    </div>
  );
}

function show(next: Toast | null): void {
  current = next;
  for (const listener of listeners) listener();
}
