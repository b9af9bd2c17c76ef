import type { PageWords } from "./page-words";
import type { Undo, UndoKind, UndoTools, UndoValues } from "./undo";
import { withFailures } from "./word-page-failure";

/**
 * How each kind is undone, loaded when someone does. It says what came of it; null where there is nothing to say. Where it throws,
 * as calls without a connection do, it is offered again.
 */
const undoings: {
  [K in UndoKind]: () => Promise<(undo: UndoValues[K], tools: UndoTools) => Promise<string | null>>;
} = {
  deletion: async () => (await import("./_selection/undo-many")).undoDeletion,
  albumDeletion: async () => (await import("./albums/undo-albums")).undoAlbumDeletion,
  albumMaking: async () => (await import("./albums/undo-albums")).undoAlbumMaking,
  albumAddition: async () => (await import("./albums/undo-albums")).undoAlbumAddition,
  albumRemoval: async () => (await import("./albums/undo-albums")).undoAlbumRemoval,
  dates: async () => (await import("./_facts/undo-dates")).undoDates,
  favourites: async () => (await import("./_selection/undo-many")).undoFavourites,
};

/** Says what came of it; null where there is nothing to say. The compiler cannot see that a kind and its values belong together. */
export async function undone<K extends Undo["kind"]>(
  undo: { kind: K },
  words: PageWords,
  leave: UndoTools["leave"],
): Promise<string | null> {
  const how = await undoings[undo.kind]();
  return how(undo as unknown as UndoValues[K], { ...withFailures(words), leave });
}
