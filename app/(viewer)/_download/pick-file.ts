/** What the person chose: a file; nothing, as they closed the dialog; or the browser has no such dialog. */
export type PickedFile = FileSystemFileHandle | "cancelled" | "not_asked";

type ShowSaveFilePicker = (options: {
  id: string;
  suggestedName: string;
  startIn: string;
  types: { accept: Record<string, string[]> }[];
}) => Promise<FileSystemFileHandle>;

/** Asks where the zip is to go, in browsers that can write to a file of the disk. */
export async function pickFile(suggestedName: string): Promise<PickedFile> {
  const { showSaveFilePicker } = window as { showSaveFilePicker?: ShowSaveFilePicker };
  if (showSaveFilePicker === undefined) return "not_asked";
  try {
    return await showSaveFilePicker({
      ...{ id: "pail-download", suggestedName, startIn: "downloads" },
      types: [{ accept: { "application/zip": [".zip"] } }],
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return "cancelled";
    // As where the click was too long ago: there are other ways.
    console.warn("the browser did not ask where the download is to go", error);
    return "not_asked";
  }
}
