"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { dangerButton } from "../../../_ui/styles";
import { toast } from "../../../_ui/toaster";
import { removeFromGallery, returnToGallery } from "../../gallery-changes";
import { restore, trash } from "./actions";

/** Deletes without asking: the toast can undo it. */
export function DeleteButton({ id, title }: { id: string; title: string }) {
  const router = useRouter();
  const [pending, startTransition] = useTransition();

  const undo = async () => {
    const result = await restore(id);
    if (!result.ok) return toast(result.error.message);
    returnToGallery(id);
    router.refresh();
    toast(`“${title}” is back.`);
  };
  const remove = () =>
    startTransition(async () => {
      const result = await trash(id);
      if (!result.ok) return toast(result.error.message);
      removeFromGallery(id);
      router.push("/");
      toast(`“${title}” is deleted.`, { label: "Undo", run: () => void undo() });
    });
  return (
    <button type="button" className={dangerButton} onClick={remove} disabled={pending}>
      <Trash2 aria-hidden size={18} />
      Delete
    </button>
  );
}
