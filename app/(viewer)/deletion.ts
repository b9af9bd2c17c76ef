import { useCallback } from "react";
import { useTexts } from "../_texts/provider";
import { useWordFailure } from "../_texts/use-word-failure";
import { toast } from "../_ui/toaster";
import { addToGallery, removeFromGallery } from "./gallery-changes";
import { restore, trash } from "./image-actions";

/**
 * What deletes a picture without asking: the toast can undo it. It returns false where it was not deleted, which the toast then
 * says.
 */
export function useDeleteImage(): (image: { id: string; title: string }) => Promise<boolean> {
  const texts = useTexts("gallery");
  const frame = useTexts("frame");
  const wordFailure = useWordFailure();
  return useCallback(
    async ({ id, title }) => {
      const undo = async () => {
        const result = await restore(id);
        if (!result.ok) return toast(wordFailure(result.error));
        addToGallery([result.value]);
        toast(texts("restored", { title: result.value.title }));
      };
      const result = await trash(id);
      if (!result.ok) {
        toast(wordFailure(result.error));
        return false;
      }
      removeFromGallery([id]);
      toast(texts("deleted", { title }), { label: frame("undo"), run: () => void undo() });
      return true;
    },
    [texts, frame, wordFailure],
  );
}
