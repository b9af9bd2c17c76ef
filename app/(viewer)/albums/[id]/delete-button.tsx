"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { useTexts } from "../../../_texts/provider";
import { useWordFailure } from "../../../_texts/use-word-failure";
import { dangerButton } from "../../../_ui/styles";
import { toast } from "../../../_ui/toaster";
import { answerOf } from "../../answer-of";
import { offerUndo } from "../../undo";
import { remove } from "../actions";

/** Deletes without asking: the toast can undo it, and after that the trash. */
export function DeleteButton({ id }: { id: string }) {
  const texts = useTexts("albums");
  const wordFailure = useWordFailure();
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const onClick = () =>
    startTransition(async () => {
      const result = await answerOf(remove(id));
      if (!result.ok) return toast(wordFailure(result.error));
      offerUndo(texts("deleted", { name: result.value.name }), { kind: "albumDeletion", id });
      router.push("/albums");
    });
  return (
    <button type="button" className={dangerButton} onClick={onClick} disabled={pending}>
      <Trash2 aria-hidden size={18} />
      {texts("delete")}
    </button>
  );
}
