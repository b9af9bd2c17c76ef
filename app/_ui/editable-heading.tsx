"use client";

import { Pencil } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import type { Result } from "@/lib/errors";
import { useTexts } from "../_texts/provider";
import { useWordFailure } from "../_texts/use-word-failure";
import { FormError } from "./entrance";
import { iconButton, primaryButton, quietButton, textField } from "./styles";

interface EditableHeadingProps {
  text: string;
  /** what the text is, for the field to change it in */
  label: string;
  maxLength: number;
  save(text: string): Promise<Result<unknown>>;
}

/** The page's heading, and the field to change it in. */
export function EditableHeading({ text, label, maxLength, save }: EditableHeadingProps) {
  const texts = useTexts("frame");
  const wordFailure = useWordFailure();
  const [editing, setEditing] = useState(false);
  const [wasEdited, setWasEdited] = useState(false);
  const [error, setError] = useState<string>();
  const [pending, startTransition] = useTransition();
  const router = useRouter();

  if (!editing) {
    return (
      <div className="flex items-start gap-1">
        <h1 className="min-w-0 pt-2 text-xl font-semibold tracking-tight break-words">
          <bdi>{text}</bdi>
        </h1>
        <button
          type="button"
          className={iconButton}
          aria-label={texts("rename")}
          title={texts("rename")}
          onClick={() => setEditing(true)}
          // biome-ignore lint/a11y/noAutofocus: whoever has renamed it goes on where they began.
          autoFocus={wasEdited}
        >
          <Pencil aria-hidden size={18} />
        </button>
      </div>
    );
  }
  const close = () => {
    setEditing(false);
    setWasEdited(true);
    setError(undefined);
  };
  const submit = (form: FormData) =>
    startTransition(async () => {
      const result = await save(String(form.get("text")));
      if (!result.ok) return setError(wordFailure(result.error));
      close();
      router.refresh();
    });
  return (
    <form
      action={submit}
      className="grid max-w-xl gap-3"
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <h1 className="sr-only">{text}</h1>
      <input
        name="text"
        aria-label={label}
        className={textField}
        defaultValue={text}
        maxLength={maxLength}
        // biome-ignore lint/a11y/noAutofocus: whoever pressed Rename wants to type.
        autoFocus
        onFocus={(event) => event.target.select()}
        dir="auto"
      />
      <FormError message={error} />
      <div className="flex gap-2">
        <button type="submit" className={primaryButton} disabled={pending}>
          {texts("save")}
        </button>
        <button type="button" className={quietButton} onClick={close}>
          {texts("cancel")}
        </button>
      </div>
    </form>
  );
}
