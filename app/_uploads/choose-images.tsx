"use client";

import { ImagePlus } from "lucide-react";
import { useCallback, useEffect, useId, useRef } from "react";
import { imageTypes } from "@/lib/images/contract";
import { primaryButton } from "../_ui/styles";
import { useTakeFiles } from "./uploads";

/** The button that opens the file dialog. The page has one in its header; `another` is for further places. */
export function ChooseImages({ another = false }: { another?: boolean }) {
  const id = useId();
  const { add, prepare } = useTakeFiles();
  const input = useRef<HTMLInputElement>(null);
  const take = useCallback(() => {
    if (input.current === null) return;
    add([...(input.current.files ?? [])]);
    // So that choosing the same files again is a change again.
    input.current.value = "";
  }, [add]);
  // What was chosen before the script had started waits in the field.
  useEffect(take, [take]);
  return (
    <div className="relative">
      <input
        ref={input}
        id={id}
        type="file"
        multiple
        accept={imageTypes.join(",")}
        className="peer absolute inset-0 size-full cursor-pointer opacity-0"
        onChange={take}
        onPointerEnter={prepare}
        onFocus={prepare}
      />
      <label
        htmlFor={id}
        className={`${primaryButton} px-4 peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent`}
      >
        <ImagePlus aria-hidden size={18} />
        {another ? "Choose pictures" : "Choose images"}
      </label>
    </div>
  );
}
