import { type AlbumLink, maxAlbumNameLength } from "@/lib/albums/contract";
import type { AlbumGoal } from "../calls/upload-server";
import { sourceOf } from "./file-source";

/**
 * Into which album a file is to go: that of its folder, or the one into which it was chosen or dropped. It is part of the journal, so that a picture which arrives in a later
 * page goes into its album too. See "Albums of folders" in lib/uploads/README.md.
 */
export type AlbumWish =
  /** It came without a folder, or no album is wanted of it. */
  | { status: "none" }
  /** An album of this name is offered, and nobody has answered yet. */
  | { status: "offered"; name: string }
  /** The picture is to go into the album of this name; with an id, into that one, whatever it is called by then. */
  | ({ status: "wanted" } & AlbumGoal);

export const noAlbum: AlbumWish = { status: "none" };

/** What an album of the file's folder would be called: folders within folders with the outermost first. */
export function albumNameFor(file: File): string | null {
  const { folders } = sourceOf(file);
  // The innermost says most, should all of them be too long.
  return folders.length === 0 ? null : folders.join(" / ").slice(-maxAlbumNameLength).trim();
}

/** The names of albums that are offered, each once. Of thousands of files hardly one has a folder, and they are asked twice a second. */
export function offeredAlbums(items: Iterable<{ albumWish: AlbumWish }>): string[] {
  const names = new Set<string>();
  for (const { albumWish } of items) if (albumWish.status === "offered") names.add(albumWish.name);
  return [...names];
}

/** The albums into which pictures were chosen or dropped, each once. */
export function goalsOf(items: Iterable<{ albumWish: AlbumWish }>): AlbumLink[] {
  const goals = new Map<string, AlbumLink>();
  for (const { albumWish } of items)
    if (albumWish.status === "wanted" && albumWish.id !== undefined)
      goals.set(albumWish.id, { id: albumWish.id, name: albumWish.name });
  return [...goals.values()];
}

/** How an earlier build noted the same: the offered name, and the wanted one. */
export interface EarlierAlbumWish {
  folder?: string | null;
  album?: string | null;
}

export function readAlbumWish({
  albumWish,
  folder = null,
  album = null,
}: EarlierAlbumWish & { albumWish?: AlbumWish }): AlbumWish {
  if (albumWish !== undefined) return albumWish;
  if (album !== null) return { status: "wanted", name: album };
  return folder === null ? noAlbum : { status: "offered", name: folder };
}

interface AlbumWishesOptions {
  /** Resolves once the picture is in the album. */
  addToAlbum(goal: AlbumGoal, imageId: string, signal: AbortSignal): Promise<void>;
  /** The picture that this file became; null while it is none. */
  findImageId(id: string): string | null;
  /** Notes the answer with the upload, in the journal and for the page. */
  note(id: string, wish: AlbumWish): void;
}

/** Offers albums of folders, hears the person's answer, and puts what arrives into the albums that are wanted. */
export class AlbumWishes {
  /** For files that were chosen and are not taken yet: by the album's name, whether it is wanted. */
  readonly #answers = new Map<string, boolean>();

  constructor(private readonly options: AlbumWishesOptions) {}

  /** Of a file that is taken now: without an album of its own its folder is offered, unless that was answered while it waited. */
  wishFor(file: File): AlbumWish {
    const { album } = sourceOf(file);
    if (album !== undefined) return { status: "wanted", ...album };
    const name = albumNameFor(file);
    if (name === null) return noAlbum;
    const isWanted = this.#answers.get(name);
    return isWanted === undefined ? { status: "offered", name } : answered(name, isWanted);
  }

  /** All files that were chosen are taken. */
  forgetAnswers(): void {
    this.#answers.clear();
  }

  /**
   * The person's answer to all that is offered. What is on its way goes into its album when it arrives, what has arrived now;
   * with `holdsForWaiting` the answer holds for files that are not taken yet, too.
   */
  answer(
    items: Iterable<{ id: string; albumWish: AlbumWish }>,
    isWanted: boolean,
    { holdsForWaiting }: { holdsForWaiting: boolean },
  ): void {
    for (const { id, albumWish } of [...items]) {
      if (albumWish.status !== "offered") continue;
      const wish = answered(albumWish.name, isWanted);
      if (holdsForWaiting) this.#answers.set(albumWish.name, isWanted);
      this.options.note(id, wish);
      const imageId = this.options.findImageId(id);
      if (imageId !== null) void this.fulfil(wish, imageId, new AbortController().signal);
    }
  }

  /** To be called once the picture is confirmed. One that is safe is no failure, even if its album cannot be had. */
  async fulfil(wish: AlbumWish, imageId: string, signal: AbortSignal): Promise<void> {
    if (wish.status !== "wanted") return;
    try {
      await this.options.addToAlbum(wish, imageId, signal);
    } catch (error) {
      if (!signal.aborted) console.warn(`a picture could not be put into the album ${wish.name}`, error);
    }
  }
}

const answered = (name: string, isWanted: boolean): AlbumWish =>
  isWanted ? { status: "wanted", name } : noAlbum;
