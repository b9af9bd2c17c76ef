"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, type ReactNode, useTransition } from "react";
import { useTexts } from "../../../_texts/provider";
import { useWordFailure } from "../../../_texts/use-word-failure";
import { primaryButton } from "../../../_ui/styles";
import { toast } from "../../../_ui/toaster";
import { answerOf } from "../../answer-of";
import { addToGallery } from "../../gallery-changes";
import { restoreMany } from "../../image-actions";
import { goOnAtTitle } from "./title-focus";

/** Brings the page's picture back from the trash, and shows it as any other. Without a script its form does. */
export function RestoreButton(props: {
  id: string;
  action(form: FormData): Promise<void>;
  children: ReactNode;
}) {
  const { id, action, children } = props;
  const texts = useTexts("gallery");
  const wordFailure = useWordFailure();
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const restore = (event: FormEvent) => {
    event.preventDefault();
    startTransition(async () => {
      const result = await answerOf(restoreMany([id]));
      if (!result.ok) return toast(wordFailure(result.error));
      const { images, duplicates } = result.value;
      if (duplicates.length > 0) return toast(wordFailure({ code: "duplicate", message: "" }));
      addToGallery(images);
      toast(texts("restored", { title: images[0]?.title ?? "" }));
      goOnAtTitle(id);
      router.refresh();
    });
  };
  return (
    <form action={action} onSubmit={restore}>
      <button type="submit" className={primaryButton} disabled={pending}>
        {children}
      </button>
    </form>
  );
}
