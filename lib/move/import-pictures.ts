import "server-only";
import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Viewer } from "@/lib/accounts/viewer";
import { fillInAlbum } from "@/lib/albums/changing";
import { bringToAlbum } from "@/lib/albums/filling";
import { now } from "@/lib/clock";
import { env } from "@/lib/env";
import { AppError, type Failure } from "@/lib/errors";
import { type GalleryImage, maxImagesPerAction } from "@/lib/images/contract";
import { editDates } from "@/lib/images/edit-dates";
import { changeImage, getImage } from "@/lib/images/image";
import { cleanName, titleOf } from "@/lib/images/names";
import { StorageError } from "@/lib/storage/s3-failure";
import { type ConfirmOutcome, maxFilesPerBegin, maxNameLength } from "@/lib/uploads/contract";
import { tooLarge } from "@/lib/uploads/limits";
import { type ReceivedFile, receiveFiles } from "@/lib/uploads/receive";
import { inTemporaryFolder } from "@/lib/uploads/temporary-folder";
import { readFolder, type SaidOfAlbum, type SaidOfFolder, type SaidOfPicture } from "./folder-facts";
import type { Source } from "./import-source";
import { pictureFolders } from "./picture-folders";

/** So much is sent before it is confirmed, and of a bucket so much lies on the disk meanwhile. */
const maxBatchBytes = 64 * 1024 * 1024;

export type ImportResult = { file: string } & (
  | { status: "sent" | "duplicate"; id: string }
  | { status: "failed"; error: Failure }
);

/**
 * Adds the pictures under a place as theirs, by the same door as those that programs send, with what an export or a Google Takeout
 * says of them. What is there already is not added again; its albums and a title that nobody has changed are. Returns how many files
 * were left out.
 *
 * @throws AppError `usage` for an export of a newer Pail; StorageError where a bucket is not to be had
 */
export async function importPictures(
  viewer: Viewer,
  source: Source,
  place: string,
  onResult: (result: ImportResult) => void,
): Promise<{ leftOut: number }> {
  let leftOut = 0;
  const importing = new Import(viewer, source, onResult);
  for await (const folder of pictureFolders(source, place)) {
    if (folder.isClosed) importing.fail(folder.place, unreadable("It cannot be opened."));
    const said = await readFolder(source, folder);
    leftOut += said.leftOut;
    for (const { file, reason } of said.failed) importing.fail(file, unreadable(reason));
    await importing.addFolder(folder.place, said);
  }
  return { leftOut };
}

interface Item {
  file: string;
  said: SaidOfPicture;
}

interface Added {
  id: string;
  said: SaidOfPicture;
}

type Ended = Extract<ConfirmOutcome, { status: "ready" | "duplicate" }>;

class Import {
  constructor(
    readonly viewer: Viewer,
    readonly source: Source,
    readonly onResult: (result: ImportResult) => void,
  ) {}

  fail(file: string, error: Failure): void {
    this.onResult({ file: this.source.label(file), status: "failed", error });
  }

  async addFolder(place: string, { pictures, album, of }: SaidOfFolder): Promise<void> {
    const names = pictures.values();
    // Also one that is empty was an album.
    if (album !== null) await this.fillAlbum(place, album, []);
    for (let isOver = pictures.length === 0; !isOver; ) {
      isOver = await inTemporaryFolder("received", async (folder) => {
        const batch: { item: Item; received: ReceivedFile }[] = [];
        let bytes = 0;
        for (const name of names) {
          const file = this.source.join(place, name);
          const fetched = await this.fetch(file, path.join(folder, String(batch.length)));
          if (fetched === null) continue;
          const said = await of(name);
          const { fileDate, sha256 } = said;
          batch.push({
            item: { file, said },
            received: { path: fetched.path, name: said.name, fileDate, sha256 },
          });
          bytes += fetched.bytes;
          if (batch.length === maxFilesPerBegin || bytes > maxBatchBytes) break;
        }
        if (batch.length === 0) return true;
        const added = await this.addBatch(batch);
        if (album !== null) await this.fillAlbum(place, album, added);
        return false;
      });
    }
  }

  /** Where its bytes are on this machine; null where they cannot be had. */
  private async fetch(file: string, aside: string): Promise<{ path: string; bytes: number } | null> {
    const local = this.source.localPath(file);
    let bytes = 0;
    const bounded = async function* (body: AsyncIterable<Uint8Array>) {
      for await (const chunk of body) {
        bytes += chunk.length;
        if (bytes > env().limits.maxBytes) throw AppError.of(tooLarge());
        yield chunk;
      }
    };
    if (local !== null) return { path: local, bytes: await lengthOf(local) };
    try {
      await pipeline(bounded(await this.source.open(file)), createWriteStream(aside));
      return { path: aside, bytes };
    } catch (error) {
      if (!(error instanceof AppError) || (error instanceof StorageError && error.code !== "no_object"))
        throw error;
      this.fail(file, error.toFailure());
      return null;
    }
  }

  /** Returns the pictures with what was said of them. */
  private async addBatch(batch: { item: Item; received: ReceivedFile }[]): Promise<Added[]> {
    const outcomes = await this.receive(batch.map(({ received }) => received));
    const added: Added[] = [];
    for (const [index, { item }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) throw new Error("a file was not answered");
      if (outcome.status === "refused") {
        this.fail(item.file, sentenceFor(outcome.error, item.said));
        continue;
      }
      await this.giveWords(outcome, item.said);
      added.push({ id: outcome.image.id, said: item.said });
      const status = outcome.status === "ready" ? "sent" : "duplicate";
      this.onResult({ file: this.source.label(item.file), status, id: outcome.image.id });
    }
    return added;
  }

  /** Whoever has sent too much in a minute waits. */
  private async receive(files: ReceivedFile[]): Promise<ConfirmOutcome[]> {
    for (;;) {
      try {
        return await receiveFiles(this.viewer, files);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "rate_limited") throw error;
        await sleep((error.values?.waitSeconds ?? 1) * 1000);
      }
    }
  }

  /** What a person has said of it here since stays. */
  private async giveWords({ image }: Ended, said: SaidOfPicture): Promise<void> {
    const { id } = image;
    const { title, editedDate } = said;
    const saysMore = said.description !== "" || said.altText !== "" || editedDate !== null;
    try {
      // It may have come earlier, by an import that was cut short.
      const here = saysMore ? await getImage(this.viewer, id) : null;
      const changes = {
        ...(title !== null && title !== image.title && hasNoTitle(image, said.name) && { title }),
        ...(said.isFavourite && !image.isFavourite && { isFavourite: true }),
        ...(said.description !== "" && here?.description === "" && { description: said.description }),
        ...(said.altText !== "" && here?.altText === "" && { altText: said.altText }),
      };
      if (Object.keys(changes).length > 0) await changeImage(this.viewer, { id, changes });
      if (editedDate !== null && here?.isDateEdited === false)
        await editDates(this.viewer, { edit: "set", ids: [id], ...editedDate });
    } catch (error) {
      // Somebody has deleted it in this moment, or it was called nothing.
      if (!(error instanceof AppError)) throw error;
    }
  }

  private async fillAlbum(place: string, album: SaidOfAlbum, added: Added[]): Promise<void> {
    try {
      for (let start = 0; start === 0 || start < added.length; start += maxImagesPerAction)
        await this.addTo(album, added.slice(start, start + maxImagesPerAction));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.fail(place, error.toFailure());
    }
  }

  /** It is as old as it was, where that is known. */
  private async addTo({ name, createdAt, ...album }: SaidOfAlbum, added: Added[]): Promise<void> {
    if (createdAt === null && added.length === 0) return;
    const additions = added.map(({ id, said }) => ({ imageId: id, position: said.position ?? null }));
    const { id } = await bringToAlbum(this.viewer, { name, createdAt: createdAt ?? now(), additions });
    const chosen = added.find(({ said }) => said.isCover);
    await fillInAlbum(this.viewer, id, { ...album, coverId: chosen?.id ?? null });
  }
}

/** It is called as its file was, as every picture is that comes. */
const hasNoTitle = ({ title }: GalleryImage, name: string): boolean =>
  title === titleOf(cleanName(name, maxNameLength));

/** What cannot be read says so later. */
const lengthOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

const unreadable = (message: string): Failure => ({ code: "unreadable", message });

const sentenceFor = (error: Failure, { sha256 }: SaidOfPicture): Failure =>
  error.code === "bytes_differ" && sha256 !== undefined
    ? { ...error, message: "It is not what was exported: its SHA-256 is not that in pail.json." }
    : error;
