"use client";

import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { useTexts } from "../../_texts/provider";
import { closePath, Glyph } from "../../_ui/glyph";
import { iconButton } from "../../_ui/styles";

interface SheetProps {
  title: string;
  onClose(): void;
  /** as wide as pictures want to be */
  isWide?: boolean;
  children: ReactNode;
}

/**
 * A question above the page, on a phone from its lower edge. Nothing else can be reached meanwhile; Escape, or a press beside it, closes it.
 * Then the focus is where it was before.
 */
export function Sheet({ title, onClose, isWide = false, children }: SheetProps) {
  const texts = useTexts("albums");
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    current?.querySelector("input")?.focus();
    return () => current?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it by itself.
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={({ target }) => target === dialog.current && onClose()}
      className={`m-auto max-h-[min(40rem,85dvh)] w-full flex-col overflow-hidden rounded-2xl border border-line bg-raised p-0 text-text shadow-xl backdrop:bg-black/40 open:flex max-sm:mb-0 max-sm:max-h-[90dvh] max-sm:max-w-none max-sm:rounded-b-none max-sm:border-x-0 max-sm:border-b-0 ${isWide ? "sm:max-w-3xl" : "sm:max-w-md"}`}
    >
      <header className="flex shrink-0 items-center gap-2 py-2 ps-5 pe-2">
        <h2 id={titleId} className="min-w-0 flex-1 text-base font-semibold wrap-anywhere">
          {title}
        </h2>
        <button
          type="button"
          className={iconButton}
          aria-label={texts("close")}
          title={texts("close")}
          onClick={onClose}
        >
          <Glyph path={closePath} sizePx={20} />
        </button>
      </header>
      {children}
    </dialog>
  );
}
