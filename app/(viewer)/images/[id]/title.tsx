"use client";

import { Pencil } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { FormError } from "../../../_ui/entrance";
import { iconButton, primaryButton, quietButton, textField } from "../../../_ui/styles";
import { rename } from "../../image-actions";

/** The picture's title, and the field to change it in. */
export function Title({ id, title }: { id: string; title: string }) {
  const [editing, setEditing] = useState(false);
  const [error, setError] = useState<string>();
  const [pending, startTransition] = useTransition();
  const router = useRouter();

  if (!editing) {
    return (
      <div className="flex items-start gap-1">
        <h1 className="min-w-0 flex-1 pt-2 text-xl font-semibold tracking-tight break-words">
          <bdi>{title}</bdi>
        </h1>
        <button
          type="button"
          className={iconButton}
          aria-label="Rename"
          title="Rename"
          onClick={() => setEditing(true)}
        >
          <Pencil aria-hidden size={18} />
        </button>
      </div>
    );
  }
  const close = () => {
    setEditing(false);
    setError(undefined);
  };
  const save = (form: FormData) =>
    startTransition(async () => {
      const result = await rename({ id, title: String(form.get("title")) });
      if (!result.ok) return setError(result.error.message);
      close();
      router.refresh();
    });
  return (
    <form action={save} className="grid gap-3" onKeyDown={(event) => event.key === "Escape" && close()}>
      <h1 className="sr-only">{title}</h1>
      <input
        name="title"
        aria-label="Title"
        className={textField}
        defaultValue={title}
        maxLength={200}
        // biome-ignore lint/a11y/noAutofocus: whoever pressed Rename wants to type.
        autoFocus
        onFocus={(event) => event.target.select()}
        dir="auto"
      />
      <FormError message={error} />
      <div className="flex gap-2">
        <button type="submit" className={primaryButton} disabled={pending}>
          Save
        </button>
        <button type="button" className={quietButton} onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
