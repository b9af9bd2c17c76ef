"use client";

import { type ReactNode, useId, useState, useTransition } from "react";
import { type AlbumLink, maxAlbumNameLength } from "@/lib/albums/contract";
import { useTexts } from "../../_texts/provider";
import { useWordFailure } from "../../_texts/use-word-failure";
import { primaryButton, quietButton, textField } from "../../_ui/styles";
import { answerOf } from "../answer-of";
import { make } from "./actions";

interface NameFormProps {
  name: string;
  /** that go into it at once: as many as one action takes */
  imageIds: string[];
  onMade(album: AlbumLink): void;
  onCancel(): void;
  /** What can be done instead with the album that has the name already. */
  instead(album: AlbumLink): ReactNode;
}

/** Asks for a name, and makes an album of it. */
export function NameForm({ name, imageIds, onMade, onCancel, instead }: NameFormProps) {
  const texts = useTexts("album");
  const frame = useTexts("frame");
  const wordFailure = useWordFailure();
  const id = useId();
  const [fault, setFault] = useState<{ text: string; other: AlbumLink | null } | null>(null);
  const [pending, startTransition] = useTransition();
  const submit = (form: FormData) =>
    startTransition(async () => {
      const wanted = String(form.get("name")).trim();
      const result = await answerOf(make({ name: wanted, imageIds }));
      if (result.ok) return onMade(result.value);
      const other = result.error.values?.album;
      setFault({
        text: wordFailure(result.error),
        other: other === undefined ? null : { id: other, name: wanted },
      });
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit(new FormData(event.currentTarget));
      }}
      className="grid gap-4 overflow-y-auto px-5 pt-2 pb-5"
    >
      <div className="grid gap-1.5">
        <label htmlFor={id} className="text-sm font-medium">
          {texts("name")}
        </label>
        <input
          id={id}
          name="name"
          className={textField}
          defaultValue={name}
          maxLength={maxAlbumNameLength}
          required
          autoComplete="off"
          // biome-ignore lint/a11y/noAutofocus: whoever asked for a new album wants to name it.
          autoFocus
          aria-invalid={fault !== null}
          aria-describedby={fault === null ? undefined : `${id}-fault`}
          dir="auto"
        />
        <div id={`${id}-fault`} role="alert" className="grid justify-items-start gap-2 text-sm empty:hidden">
          {fault === null ? null : (
            <>
              <p className="text-danger">{fault.text}</p>
              {fault.other === null ? null : instead(fault.other)}
            </>
          )}
        </div>
      </div>
      <div className="flex gap-2">
        <button type="submit" className={primaryButton} disabled={pending}>
          {texts("create")}
        </button>
        <button type="button" className={quietButton} onClick={onCancel}>
          {frame("cancel")}
        </button>
      </div>
    </form>
  );
}
