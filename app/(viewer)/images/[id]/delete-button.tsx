"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { dangerButton } from "../../../_ui/styles";
import { deleteImage } from "../../deletion";

export function DeleteButton({ id, title }: { id: string; title: string }) {
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const remove = () =>
    startTransition(async () => {
      if (await deleteImage({ id, title })) router.push("/");
    });
  return (
    <button type="button" className={dangerButton} onClick={remove} disabled={pending}>
      <Trash2 aria-hidden size={18} />
      Delete
    </button>
  );
}
