import { sha256 } from "../prepare/sha256";
import type { Journal, Left, Progress } from "./journal";

interface Options {
  journal: Journal;
  /** It is here, but its bytes are not. */
  onLeft(left: Left, needs: "file" | "permission"): void;
  /** Its bytes are here. */
  onFile(left: Left, file: File): void;
}

/** What an earlier page did not bring to an end, until its bytes are at hand again. */
export class LeftFiles {
  readonly #lefts = new Map<string, Left>();

  constructor(private readonly options: Options) {}

  /** Takes up what the journal has; what can be read unasked goes on at once. */
  async restore(): Promise<void> {
    for (const left of await this.options.journal.left()) {
      this.#lefts.set(left.id, left);
      this.options.onLeft(left, left.asksPermission ? "permission" : "file");
      if (!left.asksPermission && left.open !== null) await this.#open(left);
    }
  }

  /** Asks for permission, where that is all that is wanting. To be called by a click. */
  async openAll(): Promise<void> {
    for (const left of [...this.#lefts.values()]) if (left.asksPermission) await this.#open(left);
  }

  /** The files go on that they are; returns those that are none of them. */
  async rejoin(files: readonly File[]): Promise<File[]> {
    const others: File[] = [];
    for (const file of files) {
      const left = await this.#find(file);
      if (left === undefined) others.push(file);
      else this.#goOn(left, file);
    }
    return others;
  }

  give(id: string, file: File): void {
    const left = this.#lefts.get(id);
    if (left !== undefined) this.#goOn(left, file);
  }

  /** How far it is now; nothing for what is at hand. */
  note(id: string, progress: Partial<Progress>): void {
    const left = this.#lefts.get(id);
    if (left === undefined) return;
    const noted = { ...left, ...progress };
    this.#lefts.set(id, noted);
    const { sha256, uploadId, arrived, folder, album } = noted;
    this.options.journal.note(id, { sha256, uploadId, arrived, folder, album });
  }

  forget(id: string): void {
    this.#lefts.delete(id);
  }

  async #open(left: Left): Promise<void> {
    const file = (await left.open?.()) ?? null;
    if (this.#lefts.get(left.id) !== left) return;
    if (file !== null) return this.#goOn(left, file);
    const gone = { ...left, open: null, asksPermission: false };
    this.#lefts.set(left.id, gone);
    this.options.onLeft(gone, "file");
  }

  #goOn(left: Left, file: File): void {
    this.#lefts.delete(left.id);
    this.options.onFile(left, file);
  }

  /** By its content; by its name and date where no page came so far as to read it. */
  async #find(file: File): Promise<Left | undefined> {
    const alike = [...this.#lefts.values()].filter(({ bytes }) => bytes === file.size);
    if (alike.length === 0) return undefined;
    const hash = await sha256(file);
    const { name, lastModified } = file;
    return (
      alike.find((left) => left.sha256 === hash) ??
      alike.find((left) => left.sha256 === null && left.name === name && left.lastModified === lastModified)
    );
  }
}
