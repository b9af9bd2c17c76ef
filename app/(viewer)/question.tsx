"use client";

import { type ReactNode, useSyncExternalStore } from "react";
import { makeListeners } from "../_ui/listeners";

interface Asked {
  question: ReactNode;
  /** It was taken away, whether or not it was answered. */
  onGone(): void;
}

let asked: Asked | null = null;
const { subscribe, tell } = makeListeners();

/** Asks something over the page, instead of what was asked before. */
export function ask(question: ReactNode, onGone: () => void = () => {}): void {
  change({ question, onGone });
}

export const endQuestion = (): void => change(null);

function change(next: Asked | null): void {
  const before = asked;
  asked = next;
  tell();
  before?.onGone();
}

/** Where a question stands, on every page. What asks it comes with its first use. */
export const Question = (): ReactNode =>
  useSyncExternalStore(
    subscribe,
    () => asked?.question ?? null,
    () => null,
  );
