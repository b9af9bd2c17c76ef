import { useCallback } from "react";
import type { Failure } from "@/lib/errors";
import type { Translator } from "@/lib/texts/translator";
import { useTexts } from "../_texts/provider";
import { useWordFailure } from "../_texts/use-word-failure";
import { toast } from "../_ui/toaster";
import { answerOf } from "./answer-of";
import { removeFromGallery } from "./gallery-changes";
import { trashMany } from "./image-actions";
import { offerUndo } from "./undo";

/**
 * What deletes a picture without asking: the toast can undo it. It returns false where it was not deleted, which the toast then
 * says. Where one goes on after that is for whoever calls it.
 */
export function useDeleteImage(): (image: { id: string; title: string }) => Promise<boolean> {
  const texts = useTexts("gallery");
  const wordFailure = useWordFailure();
  return useCallback((image) => deleteImage(image, texts, wordFailure), [texts, wordFailure]);
}

/** The same for what is no component. */
export async function deleteImage(
  { id, title }: { id: string; title: string },
  texts: Translator<"gallery">,
  wordFailure: (failure: Failure) => string,
): Promise<boolean> {
  const result = await answerOf(trashMany([id]));
  if (!result.ok) {
    toast(wordFailure(result.error));
    return false;
  }
  // Where another tab has deleted it before, it is not to be seen here either.
  removeFromGallery([id]);
  if (result.value.length === 0) {
    toast(wordFailure({ code: "not_found", message: "", values: { what: "picture" } }));
    return false;
  }
  offerUndo(texts("deleted", { title }), { kind: "deletion", ids: [id] });
  return true;
}
