import { toast } from "../_ui/toaster";
import { addToGallery, removeFromGallery } from "./gallery-changes";
import { restore, trash } from "./image-actions";

/** Deletes without asking: the toast can undo it. False where it was not deleted, which the toast then says. */
export async function deleteImage(image: { id: string; title: string }): Promise<boolean> {
  const result = await trash(image.id);
  if (!result.ok) {
    toast(result.error.message);
    return false;
  }
  removeFromGallery(image.id);
  toast(`“${image.title}” is deleted.`, { label: "Undo", run: () => void undo(image.id) });
  return true;
}

async function undo(id: string): Promise<void> {
  const result = await restore(id);
  if (!result.ok) return toast(result.error.message);
  addToGallery([result.value]);
  toast(`“${result.value.title}” is back.`);
}
