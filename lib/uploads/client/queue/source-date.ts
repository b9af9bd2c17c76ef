import type { FileDate } from "@/lib/images/contract";
import { fileDateAt } from "../file-date";
import { sourceOf } from "./file-source";

/** What is said of its date, besides what it says itself. */
export function fileDateOf(file: File): FileDate | null {
  const { takenAtMs = 0 } = sourceOf(file);
  return fileDateAt(takenAtMs, "sidecar") ?? fileDateAt(file.lastModified, "file");
}
