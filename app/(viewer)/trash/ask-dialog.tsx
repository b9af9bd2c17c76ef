"use client";

import { type ReactNode, useId, useRef } from "react";
import { useTexts } from "../../_texts/provider";
import { FormError } from "../../_ui/entrance";
import { dangerButton, quietButton } from "../../_ui/styles";
import { useReturningFocus } from "../_facts/use-returning-focus";

/** Asks before what cannot be undone. */
export function AskDialog(props: {
  question: string;
  error: string | undefined;
  pending: boolean;
  /** what the second button says, and what is seen of the work */
  cancel: string;
  children?: ReactNode;
  onConfirm(): void;
  onClose(): void;
}) {
  const { question, error, pending, cancel, children, onConfirm, onClose } = props;
  const texts = useTexts("trash");
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useReturningFocus(dialog);
  return (
    <dialog
      ref={dialog}
      role="alertdialog"
      aria-labelledby={title}
      aria-describedby={`${title}-why`}
      onClose={onClose}
      className="m-auto w-[min(26rem,calc(100vw-1.5rem))] rounded-2xl border border-line bg-raised text-text backdrop:bg-black/60"
    >
      <div className="grid gap-4 p-5">
        <h2 id={title} className="text-lg font-semibold tracking-tight break-words">
          {question}
        </h2>
        <p id={`${title}-why`} className="text-sm text-quiet">
          {texts("cannotBeUndone")}
        </p>
        <p role="status" className="text-sm tabular-nums empty:hidden">
          {children}
        </p>
        <FormError message={error} />
        <div className="flex flex-wrap gap-2">
          <button type="button" className={dangerButton} disabled={pending} onClick={onConfirm}>
            {texts("purge")}
          </button>
          <button type="button" className={quietButton} onClick={onClose}>
            {cancel}
          </button>
        </div>
      </div>
    </dialog>
  );
}
