"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { maxAlbumDescriptionLength } from "@/lib/albums/contract";
import { useTexts } from "../../../_texts/provider";
import { EditableText } from "../../_facts/editable-text";
import { change } from "../actions";

/** What a person says of an album, and the field to change it in. */
export function Description({ id, text }: { id: string; text: string }) {
  const texts = useTexts("album");
  const router = useRouter();
  // What the server says later goes before what was changed here.
  const [own, setOwn] = useState({ of: text, text });
  return (
    <div className="max-w-2xl">
      <EditableText
        text={own.of === text ? own.text : text}
        label={texts("description")}
        isPlain
        edit={texts("editDescription")}
        add={texts("addDescription")}
        maxLength={maxAlbumDescriptionLength}
        hasLines
        save={async (description) => {
          const result = await change({ id, changes: { description } });
          if (!result.ok) return result;
          setOwn({ of: text, text: result.value.description ?? description });
          router.refresh();
          return result;
        }}
      />
    </div>
  );
}
