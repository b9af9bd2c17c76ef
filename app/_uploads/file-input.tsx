"use client";

import { type ComponentProps, useCallback, useEffect, useRef } from "react";
import { useTakeFiles } from "./uploads";

/** A file field that lies over its label, unseen. What is chosen in it is sent. */
export function FileInput(props: ComponentProps<"input"> & { webkitdirectory?: string }) {
  const { add, prepare } = useTakeFiles();
  const ref = useRef<HTMLInputElement>(null);
  const onChange = useCallback(() => {
    if (ref.current === null) return;
    const files = [...(ref.current.files ?? [])];
    add(files);
    // So that choosing the same files again is a change again.
    ref.current.value = "";
    if (files.length > 0) ref.current.closest<HTMLElement>(":popover-open")?.hidePopover();
  }, [add]);
  // What was chosen before the script had started waits in the field.
  useEffect(onChange, [onChange]);
  return (
    <input
      {...props}
      ref={ref}
      type="file"
      onChange={onChange}
      onPointerEnter={prepare}
      onFocus={prepare}
      className="peer absolute inset-0 z-1 size-full cursor-pointer opacity-0"
    />
  );
}
