"use client";

import { Pencil, Plus } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState, useTransition } from "react";
import type { Result } from "@/lib/errors";
import { useTexts } from "../../_texts/provider";
import { useWordFailure } from "../../_texts/use-word-failure";
import { FormError } from "../../_ui/entrance";
import { iconButton, primaryButton, quietButton, textField } from "../../_ui/styles";
import { answerOf } from "../answer-of";

interface EditableTextProps {
  text: string;
  /** what the text is, for the field to change it in, and over the text */
  label: string;
  /** Whether it needs no label where it is read. */
  isPlain?: boolean;
  /** on the button that begins to change it; where there is no text yet, what is said instead */
  edit: string;
  add?: string;
  hint?: string;
  maxLength: number;
  /** Whether it may have lines: then Enter begins one, and Enter with Control saves. */
  hasLines?: boolean;
  as?: "h1" | "h3" | "p";
  save(text: string): Promise<Result<unknown>>;
}

const looks = {
  h1: "text-xl font-semibold tracking-tight",
  h3: "text-lg font-semibold tracking-tight",
  p: "text-sm whitespace-pre-wrap",
};

/** A text that is changed where it stands. After that the focus is where it began. */
export function EditableText(props: EditableTextProps) {
  const { text, label, edit, add, as: Tag = "p", isPlain = false } = props;
  const [editing, setEditing] = useState(false);
  const begin = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !editing) begin.current?.focus();
    wasEditing.current = editing;
  }, [editing]);

  if (editing) return <Editing {...props} onEnd={() => setEditing(false)} />;
  if (text === "" && add !== undefined) {
    return (
      <button
        ref={begin}
        type="button"
        className="-ms-2 inline-flex min-h-11 items-center gap-2 rounded-lg px-2 text-sm text-quiet transition-colors hover:bg-sunken hover:text-text"
        onClick={() => setEditing(true)}
      >
        <Plus aria-hidden size={18} />
        {add}
      </button>
    );
  }
  return (
    <div className="flex items-start gap-1">
      <div className={`min-w-0 flex-1 ${Tag === "p" ? "pt-1" : "pt-2"}`}>
        {Tag === "p" && !isPlain ? <p className="text-xs text-quiet">{label}</p> : null}
        <Tag tabIndex={Tag === "h1" ? -1 : undefined} className={`break-words ${looks[Tag]}`}>
          <bdi>{text}</bdi>
        </Tag>
      </div>
      <button
        ref={begin}
        type="button"
        className={`${iconButton} -me-2`}
        aria-label={edit}
        title={edit}
        onClick={() => setEditing(true)}
      >
        <Pencil aria-hidden size={18} />
      </button>
    </div>
  );
}

function Editing({ onEnd, ...props }: EditableTextProps & { onEnd(): void }) {
  const { text, label, hint, maxLength, hasLines = false, as, save } = props;
  const texts = useTexts("frame");
  const wordFailure = useWordFailure();
  const [error, setError] = useState<string>();
  const [pending, startTransition] = useTransition();
  const id = useId();
  const submit = (form: FormData) =>
    startTransition(async () => {
      const changed = String(form.get("text"));
      const result = changed === text ? null : await answerOf(save(changed));
      if (result === null || result.ok) onEnd();
      else setError(wordFailure(result.error));
    });
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    // What is typed is no key of the page's, and Escape closes nothing else.
    event.stopPropagation();
    if (event.key === "Escape") onEnd();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
  };
  const field = {
    id,
    name: "text",
    className: textField,
    defaultValue: text,
    maxLength,
    // Whoever pressed the button wants to type.
    autoFocus: true,
    dir: "auto",
    "aria-describedby": hint === undefined ? undefined : `${id}-hint`,
  };
  return (
    <form action={submit} className="grid gap-2" onKeyDown={onKeyDown}>
      {as === "h1" ? <h1 className="sr-only">{text}</h1> : null}
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {hasLines ? (
        <textarea {...field} rows={4} className={`${textField} resize-y py-2`} />
      ) : (
        <input {...field} onFocus={(event) => event.target.select()} />
      )}
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="text-sm text-quiet">
          {hint}
        </p>
      )}
      <FormError message={error} />
      <div className="flex gap-2">
        <button type="submit" className={primaryButton} disabled={pending}>
          {texts("save")}
        </button>
        <button type="button" className={quietButton} onClick={onEnd}>
          {texts("cancel")}
        </button>
      </div>
    </form>
  );
}
