"use client";

import { maxAlbumNameLength } from "@/lib/albums/contract";
import { useTexts } from "../../../_texts/provider";
import { EditableHeading } from "../../../_ui/editable-heading";
import { change } from "../actions";

export function Name({ id, name }: { id: string; name: string }) {
  const texts = useTexts("album");
  return (
    <EditableHeading
      text={name}
      label={texts("name")}
      maxLength={maxAlbumNameLength}
      save={(changed) => change({ id, changes: { name: changed } })}
    />
  );
}
