"use client";

import { Trash2 } from "lucide-react";
import type { Route } from "next";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { useTexts } from "../../../_texts/provider";
import { dangerButton } from "../../../_ui/styles";
import { useDeleteImage } from "../../deletion";

export function DeleteButton({ id, title, back }: { id: string; title: string; back: Route }) {
  const texts = useTexts("image");
  const deleteImage = useDeleteImage();
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const remove = () =>
    startTransition(async () => {
      if (await deleteImage({ id, title })) router.push(back);
    });
  return (
    <button type="button" className={dangerButton} onClick={remove} disabled={pending}>
      <Trash2 aria-hidden size={18} />
      {texts("delete")}
    </button>
  );
}
