import type { InterruptedUpload, Journal, Progress } from "@/lib/uploads/client/queue/journal";

/** Outlives the queues of its pages. Of some files a later page finds the bytes, the others have to be chosen again. */
export class SimulatedJournal implements Journal {
  readonly isLasting = true;
  readonly rows = new Map<string, { file: File; isKept: boolean; progress: Progress }>();

  constructor(private readonly keeps: (file: File) => boolean = () => true) {}

  readInterrupted = async (): Promise<InterruptedUpload[]> =>
    [...this.rows].map(([id, { file, isKept, progress }]) => {
      const { name, size: bytes, lastModified } = file;
      const open = isKept ? async () => file : null;
      return { id, name, bytes, lastModified, open, asksPermission: false, ...progress };
    });

  add = (id: string, file: File, progress: Progress): void => {
    this.rows.set(id, { file, isKept: this.keeps(file), progress });
  };

  note = (id: string, progress: Progress): void => {
    const row = this.rows.get(id);
    if (row !== undefined) this.rows.set(id, { ...row, progress });
  };

  forget = (id: string): void => {
    this.rows.delete(id);
  };
}
