import { type RefObject, useEffect } from "react";

/** Opens a dialog over the page; when it goes, the focus is back where it was. */
export function useReturningFocus(dialog: RefObject<HTMLDialogElement | null>): void {
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [dialog]);
}
