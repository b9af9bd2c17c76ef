import type { FormerMember } from "@/lib/albums/contract";
import type { EarlierDate } from "@/lib/images/contract";
import { makeListeners } from "../_ui/listeners";
import type { Words } from "./page-words";

/** What can be undone, by its kind, and what is to be known for it: plain values, which outlive a reload. */
export interface UndoValues {
  /** Pictures went into the trash. */
  deletion: { ids: string[] };
  /** Pictures were made favourites, or are none any more. */
  favourites: { ids: string[]; on: boolean };
  /** An album went into the trash. */
  albumDeletion: { id: string };
  /** An album was made, with pictures in it. */
  albumMaking: { id: string };
  /** Pictures went into an album: those that were not in it before. */
  albumAddition: { album: string; ids: string[] };
  /** Pictures were taken out of an album. */
  albumRemoval: { album: string; pictures: FormerMember[] };
  /** Pictures got another date. */
  dates: { earlier: EarlierDate[] };
}

export type UndoKind = keyof UndoValues;

/** One thing that can be undone. */
export type Undo = { [K in UndoKind]: { kind: K } & UndoValues[K] }[UndoKind];

export interface UndoTools extends Words {
  /** What is left to be undone, after a part of it: that is offered again if the rest fails. */
  leave(rest: Undo): void;
}

/** So long a toast offers it; nothing is final after that, but it takes more steps. */
export const undoMs = 10_000;

export interface UndoOffer {
  /** What was done. */
  text: string;
  undo: Undo;
  /** ms since the epoch: until then it is offered, also after a reload */
  until: number;
  /** Whoever signs in next in this tab is offered nothing of it. */
  viewerId: string;
}

const place = "pail-undo";
let offer: UndoOffer | null = null;
const { subscribe, tell } = makeListeners();
export const subscribeToUndo = subscribe;

let viewerId = "";

/**
 * Says what was done, with a button that undoes it. The offer stands for ten seconds, also on the next page and after a reload; the
 * next one takes its place. How a kind is undone stands in undo-kinds.ts.
 */
export const offerUndo = (text: string, undo: Undo): void => show(keepUndo(text, undo));

/** The same without saying so yet: for what is done in parts, as a reload may come between them. */
export function keepUndo(text: string, undo: Undo): UndoOffer {
  const kept = { text, undo, until: Date.now() + undoMs, viewerId };
  try {
    sessionStorage.setItem(place, JSON.stringify(kept));
  } catch (error) {
    // There is no room for it, or the browser keeps nothing: then it is offered until the page goes.
    console.warn(error);
  }
  return kept;
}

/** Nothing happens to an offer that has taken its place meanwhile. */
export function dropUndo(dropped: UndoOffer): void {
  if (keptOffer()?.until !== dropped.until) return;
  offer = null;
  sessionStorage.removeItem(place);
}

/** Offers what stands from before a reload; what is offered from now on is this viewer's. */
export function resumeUndo(viewer: string): void {
  viewerId = viewer;
  const kept = keptOffer();
  if (kept === null) return;
  if (kept.viewerId !== viewer || kept.until <= Date.now()) dropUndo(kept);
  else show(kept);
}

/** Only our own pages write there. */
function keptOffer(): UndoOffer | null {
  const text = sessionStorage.getItem(place);
  return text === null ? null : JSON.parse(text);
}

export const undoOffer = (): UndoOffer | null => offer;

function show(next: UndoOffer): void {
  offer = next;
  tell();
}
