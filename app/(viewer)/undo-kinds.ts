import type { Failure } from "@/lib/errors";
import type { Namespace } from "@/lib/texts/english";
import type { Translator } from "@/lib/texts/translator";

/** What can be undone, by its kind, and what is to be known for it: plain values, which outlive a reload. */
export interface UndoValues {
  /** Pictures went into the trash. */
  deletion: { ids: string[] };
  /** Pictures were made favourites, or are none any more. */
  favourites: { ids: string[]; on: boolean };
}

export type UndoKind = keyof UndoValues;

/** One thing that can be undone. */
export type Undo = { [K in UndoKind]: { kind: K } & UndoValues[K] }[UndoKind];

export interface UndoTools {
  /** The texts of a place that the viewer's layout gives to its pages. */
  getTexts<N extends Namespace>(place: N): Translator<N>;
  wordFailure(failure: Failure): string;
  /** What is left to be undone, after a part of it: that is offered again if the rest fails. */
  leave(rest: Undo): void;
}

/**
 * How each kind is undone, loaded when someone does. It says what came of it; null where there is nothing to say. Where it throws,
 * as calls without a connection do, it is offered again.
 */
export const undoings: {
  [K in UndoKind]: () => Promise<(undo: UndoValues[K], tools: UndoTools) => Promise<string | null>>;
} = {
  deletion: async () => (await import("./_selection/undo-many")).undoDeletion,
  favourites: async () => (await import("./_selection/undo-many")).undoFavourites,
};
