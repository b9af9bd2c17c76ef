import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

const idleMs = 3000;

/**
 * Whether what lies over the picture fades: a while after a pointer last moved, but not while the focus is in it, nor for whoever uses
 * the keyboard. A finger's tap turns it on and off.
 */
export function useIdle(dialog: RefObject<HTMLElement | null>): { isIdle: boolean; toggle(): void } {
  const [isIdle, setIdle] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const usesKeyboard = useRef(false);

  const wake = useCallback(() => {
    setIdle(false);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const hasFocus = dialog.current?.querySelector("[data-over]:focus-within") ?? null;
      if (hasFocus === null && !usesKeyboard.current) setIdle(true);
    }, idleMs);
  }, [dialog]);

  useEffect(() => {
    usesKeyboard.current = document.activeElement?.matches(":focus-visible") === true;
    wake();
    const stop = new AbortController();
    const onSign = (event: Event) => {
      usesKeyboard.current =
        event.type === "keydown" || (usesKeyboard.current && !(event instanceof PointerEvent));
      // A finger that swipes does not ask for the bar.
      if (!(event instanceof PointerEvent && event.pointerType === "touch")) wake();
    };
    for (const type of ["keydown", "pointermove", "pointerdown", "focusin"])
      document.addEventListener(type, onSign, { signal: stop.signal });
    return () => {
      stop.abort();
      clearTimeout(timer.current);
    };
  }, [wake]);

  const toggle = useCallback(() => {
    if (isIdle) wake();
    else setIdle(true);
  }, [isIdle, wake]);
  return { isIdle, toggle };
}
