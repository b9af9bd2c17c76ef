"use client";

import { useRouter } from "next/navigation";
import { type KeyboardEvent, useLayoutEffect, useRef, useState, useTransition } from "react";
import { maxAlbumDescriptionLength } from "@/lib/albums/contract";
import { useTexts } from "../../../_texts/provider";
import { useWordFailure } from "../../../_texts/use-word-failure";
import { FormError } from "../../../_ui/entrance";
import { primaryButton, quietButton, textField } from "../../../_ui/styles";
import { answerOf } from "../../answer-of";
import { change } from "../actions";

/** What a person says of an album, and the field to change it in. */
export function Description({ id, text }: { id: string; text: string }) {
  const texts = useTexts("album");
  const [isEditing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  useLayoutEffect(() => {
    if (wasEditing.current && !isEditing) button.current?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);
  if (isEditing) return <DescriptionForm id={id} text={text} onEnd={() => setEditing(false)} />;
  return (
    <div className="max-w-2xl">
      {text === "" ? null : (
        <p dir="auto" className="pt-1 whitespace-pre-line wrap-anywhere">
          {text}
        </p>
      )}
      <button
        ref={button}
        type="button"
        className="-ms-2 min-h-11 rounded-lg px-2 text-sm text-quiet underline-offset-4 hover:text-text hover:underline"
        onClick={() => setEditing(true)}
      >
        {text === "" ? texts("addDescription") : texts("editDescription")}
      </button>
    </div>
  );
}

function DescriptionForm({ id, text, onEnd }: { id: string; text: string; onEnd(): void }) {
  const texts = useTexts("album");
  const frame = useTexts("frame");
  const wordFailure = useWordFailure();
  const router = useRouter();
  const [fault, setFault] = useState<string>();
  const [pending, startTransition] = useTransition();
  const save = (form: FormData) =>
    startTransition(async () => {
      const result = await answerOf(
        change({ id, changes: { description: String(form.get("description")) } }),
      );
      if (!result.ok) return setFault(wordFailure(result.error));
      router.refresh();
      onEnd();
    });
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key === "Escape") onEnd();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
  };
  return (
    <form
      className="grid max-w-xl gap-3 pt-2"
      onSubmit={(event) => {
        event.preventDefault();
        save(new FormData(event.currentTarget));
      }}
      onKeyDown={onKeyDown}
    >
      <textarea
        name="description"
        aria-label={texts("description")}
        className={`${textField} py-2.5`}
        rows={4}
        defaultValue={text}
        maxLength={maxAlbumDescriptionLength}
        // biome-ignore lint/a11y/noAutofocus: whoever asked to change it wants to type.
        autoFocus
        dir="auto"
      />
      <FormError message={fault} />
      <div className="flex gap-2">
        <button type="submit" className={primaryButton} disabled={pending}>
          {frame("save")}
        </button>
        <button type="button" className={quietButton} onClick={onEnd}>
          {frame("cancel")}
        </button>
      </div>
    </form>
  );
}
