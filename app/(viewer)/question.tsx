"use client";

import { Fragment, type ReactNode, useEffect, useSyncExternalStore } from "react";
import { makeListeners } from "../_ui/listeners";

interface Asked {
  /** Another one is no later state of it. */
  number: number;
  question: ReactNode;
  /** It was taken away, whether or not it was answered. */
  onGone(): void;
}

let asked: Asked | null = null;
let count = 0;
const { subscribe, tell } = makeListeners();

/**
 * Asks something over the page, instead of what was asked before.
 *
 * @param question gets what takes it away: it does nothing to what is asked since, as where an answer is long in coming
 */
export function ask(question: (end: () => void) => ReactNode, onGone: () => void = () => {}): void {
  count += 1;
  const number = count;
  change({ number, question: question(() => asked?.number === number && change(null)), onGone });
}

function change(next: Asked | null): void {
  const before = asked;
  asked = next;
  tell();
  before?.onGone();
}

/** Where a question stands, on every page. What asks it comes with its first use. */
export function Question(): ReactNode {
  const now = useSyncExternalStore(
    subscribe,
    () => asked,
    () => null,
  );
  useEffect(() => {
    // Whoever goes back has left what it is about.
    const leave = () => change(null);
    window.addEventListener("popstate", leave);
    return () => window.removeEventListener("popstate", leave);
  }, []);
  return now && <Fragment key={now.number}>{now.question}</Fragment>;
}
