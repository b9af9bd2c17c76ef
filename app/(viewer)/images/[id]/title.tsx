"use client";

import { EditableHeading } from "../../../_ui/editable-heading";
import { rename } from "../../image-actions";

export function Title({ id, title }: { id: string; title: string }) {
  return (
    <EditableHeading
      text={title}
      label="Title"
      maxLength={200}
      save={(changed) => rename({ id, title: changed })}
    />
  );
}
