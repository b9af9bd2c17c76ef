"use client";

import { maxAlbumNameLength } from "@/lib/albums/contract";
import { EditableHeading } from "../../../_ui/editable-heading";
import { rename } from "../actions";

export function Name({ id, name }: { id: string; name: string }) {
  return (
    <EditableHeading
      text={name}
      label="Name"
      maxLength={maxAlbumNameLength}
      save={(changed) => rename({ id, name: changed })}
    />
  );
}
