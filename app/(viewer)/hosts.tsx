"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";
import { useAllTexts, useLanguage } from "../_texts/provider";
import { isTyping } from "../_ui/is-typing";
import { toast } from "../_ui/toaster";
import { openKeys } from "./_viewer/open-keys";
import { hostsNow, loadLateParts, subscribeToHosts, whenMissing } from "./late-parts";
import { lendWords } from "./page-words";

/** What a person does before anything can be opened over a page. */
const reaching = ["pointermove", "pointerdown", "touchstart", "keydown", "focusin"] as const;

/** Where stands what opens over a page. It is loaded with a gallery's pictures, elsewhere once someone reaches for anything. */
export function Hosts() {
  const getTexts = useAllTexts();
  const language = useLanguage();
  const All = useSyncExternalStore(subscribeToHosts, hostsNow, () => null);
  const hasPressed = useRef(false);
  useEffect(() => {
    lendWords({ getTexts, language });
    // Whoever only moves about has wanted nothing yet.
    whenMissing(() => hasPressed.current && toast(getTexts("errors")("no_answer")));
  }, [getTexts, language]);
  useEffect(() => {
    const press = (event: Event) => {
      hasPressed.current = true;
      if (event instanceof KeyboardEvent && isForKeys(event)) openKeys();
    };
    const stop = new AbortController();
    for (const type of ["pointerdown", "keydown"])
      document.addEventListener(type, press, { signal: stop.signal, passive: true });
    return () => stop.abort();
  }, []);
  useEffect(() => {
    if (All !== null) return;
    const reach = () => void loadLateParts();
    const stop = new AbortController();
    for (const type of reaching)
      document.addEventListener(type, reach, { signal: stop.signal, passive: true });
    return () => stop.abort();
  }, [All]);
  return All === null ? null : <All />;
}

/** `?` lists the keys, wherever nobody is typing. */
const isForKeys = ({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean =>
  key === "?" && !ctrlKey && !metaKey && !altKey && !isTyping(target);
