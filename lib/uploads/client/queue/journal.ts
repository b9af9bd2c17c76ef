import type { FileDate } from "@/lib/images/contract";
import type { ObjectKind } from "@/lib/uploads/contract";
import { type AlbumWish, noAlbum } from "./album-wish";

/** How far an upload is that may have to go on in another page. */
export interface Progress {
  /** base64; null until it is known */
  sha256: string | null;
  uploadId: string | null;
  /** objects of that upload which are in the bucket */
  arrived: ObjectKind[];
  /** what was said of the file's date when it was chosen */
  fileDate: FileDate | null;
  albumWish: AlbumWish;
}

/** A file that an earlier page did not bring to an end. */
export interface InterruptedUpload extends Progress {
  id: string;
  name: string;
  bytes: number;
  lastModified: number;
  /** Its bytes; null where they have to be chosen again. Where it asks for permission, only a click may call it. */
  open: (() => Promise<File | null>) | null;
  asksPermission: boolean;
}

/** Where the queue notes what it has to do, for the page after this one. It never fails: at worst it knows less. */
export interface Journal {
  /** Whether a later page finds anything of it. It may turn out that it does not. */
  readonly isLasting: boolean;
  readInterrupted(): Promise<InterruptedUpload[]>;
  add(id: string, file: File, progress: Progress): void;
  note(id: string, progress: Progress): void;
  /** It has come to an end. */
  forget(id: string): void;
}

export const noProgress: Progress = {
  sha256: null,
  uploadId: null,
  arrived: [],
  fileDate: null,
  albumWish: noAlbum,
};

export const progressOf = ({ sha256, uploadId, arrived, fileDate, albumWish }: Progress): Progress => ({
  sha256,
  uploadId,
  arrived,
  fileDate,
  albumWish,
});

/** Whatever comes next starts from the file. */
export const withoutUpload = (progress: Progress): Progress => ({ ...progress, uploadId: null, arrived: [] });

/** For pages that cannot keep anything. */
export const noJournal: Journal = {
  isLasting: false,
  readInterrupted: async () => [],
  add: () => undefined,
  note: () => undefined,
  forget: () => undefined,
};
