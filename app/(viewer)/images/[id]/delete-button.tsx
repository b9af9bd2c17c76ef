"use client";

import { Trash2 } from "lucide-react";
import type { Route } from "next";
import { useRouter } from "next/navigation";
import { type FormEvent, useTransition } from "react";
import { useTexts } from "../../../_texts/provider";
import { dangerButton } from "../../../_ui/styles";
import { useDeleteImage } from "../../deletion";

/** Deletes the page's picture and goes on to the next one. Without a script its form does. */
export function DeleteButton(props: {
  id: string;
  title: string;
  to: Route;
  action(form: FormData): Promise<void>;
}) {
  const { id, title, to, action } = props;
  const texts = useTexts("image");
  const deleteImage = useDeleteImage();
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const remove = (event: FormEvent) => {
    event.preventDefault();
    startTransition(async () => {
      if (await deleteImage({ id, title })) router.push(to);
    });
  };
  return (
    <form action={action} onSubmit={remove}>
      <button type="submit" className={dangerButton} disabled={pending}>
        <Trash2 aria-hidden size={18} />
        {texts("delete")}
      </button>
    </form>
  );
}
