"use client";

import { useTexts } from "../../../_texts/provider";
import { EditableHeading } from "../../../_ui/editable-heading";
import { change } from "../../image-actions";

export function Title({ id, title }: { id: string; title: string }) {
  const texts = useTexts("image");
  return (
    <EditableHeading
      text={title}
      label={texts("title")}
      maxLength={200}
      save={(changed) => change({ id, changes: { title: changed } })}
    />
  );
}
