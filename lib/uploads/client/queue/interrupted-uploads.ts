import { sha256 } from "../prepare/digests";
import { nullIfGone } from "./file-copies";
import { type InterruptedUpload, type Journal, type Progress, progressOf } from "./journal";

interface Options {
  journal: Journal;
  /** Its bytes are not at hand. */
  onInterrupted(upload: InterruptedUpload, needs: "file" | "permission"): void;
  /** Its bytes are at hand again. */
  onFile(upload: InterruptedUpload, file: File): void;
}

/** What an earlier page did not bring to an end, until its bytes are at hand again. */
export class InterruptedUploads {
  readonly #uploads = new Map<string, InterruptedUpload>();

  constructor(private readonly options: Options) {}

  /** Takes up what the journal has; what can be read unasked goes on at once. */
  async restore(): Promise<void> {
    for (const upload of await this.options.journal.readInterrupted()) {
      this.#uploads.set(upload.id, upload);
      this.options.onInterrupted(upload, upload.asksPermission ? "permission" : "file");
      if (!upload.asksPermission && upload.open !== null) await this.#open(upload);
    }
  }

  /** Asks for permission, where that is all that is wanting. To be called by a click. */
  async openAll(): Promise<void> {
    for (const upload of [...this.#uploads.values()]) if (upload.asksPermission) await this.#open(upload);
  }

  /** The files go on that they are; returns those that are none of them. */
  async reattach(files: readonly File[]): Promise<File[]> {
    const others: File[] = [];
    for (const file of files) {
      const upload = await this.#find(file);
      if (upload === undefined) others.push(file);
      else this.#goOn(upload, file);
    }
    return others;
  }

  give(id: string, file: File): void {
    const upload = this.#uploads.get(id);
    if (upload !== undefined) this.#goOn(upload, file);
  }

  /** How far it is now; nothing for what is at hand. */
  note(id: string, progress: Partial<Progress>): void {
    const upload = this.#uploads.get(id);
    if (upload === undefined) return;
    const noted = { ...upload, ...progress };
    this.#uploads.set(id, noted);
    this.options.journal.note(id, progressOf(noted));
  }

  forget(id: string): void {
    this.#uploads.delete(id);
  }

  async #open(upload: InterruptedUpload): Promise<void> {
    const file = (await upload.open?.()) ?? null;
    if (this.#uploads.get(upload.id) !== upload) return;
    if (file !== null) return this.#goOn(upload, file);
    const gone = { ...upload, open: null, asksPermission: false };
    this.#uploads.set(upload.id, gone);
    this.options.onInterrupted(gone, "file");
  }

  #goOn(upload: InterruptedUpload, file: File): void {
    this.#uploads.delete(upload.id);
    this.options.onFile(upload, file);
  }

  /** By its content; by its name and date where no page came so far as to read it. */
  async #find(file: File): Promise<InterruptedUpload | undefined> {
    const alike = [...this.#uploads.values()].filter(({ bytes }) => bytes === file.size);
    if (alike.length === 0) return undefined;
    const hash = await sha256(file).catch(nullIfGone);
    const { name, lastModified } = file;
    return (
      alike.find((upload) => hash !== null && upload.sha256 === hash) ??
      alike.find(
        (upload) => upload.sha256 === null && upload.name === name && upload.lastModified === lastModified,
      )
    );
  }
}
