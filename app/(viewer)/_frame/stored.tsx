"use client";

import { useEffect, useRef, useState } from "react";
import type { StoredWords } from "./stored-of";

/** How much is stored: as the page came, and as it is now once its panel is opened. */
export function Stored({ initial }: { initial: StoredWords }) {
  const [{ text, share }, setStored] = useState(initial);
  const words = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const panel = words.current?.closest<HTMLElement>("[popover]");
    const refresh = async ({ newState }: ToggleEvent) => {
      if (newState !== "open") return;
      // Without a connection it stays as it was.
      const answer = await fetch("/stored").catch(() => null);
      if (answer?.ok) setStored(await answer.json());
    };
    panel?.addEventListener("toggle", refresh);
    return () => panel?.removeEventListener("toggle", refresh);
  }, []);
  return (
    <>
      <p ref={words} className="text-quiet tabular-nums">
        {text}
      </p>
      <div aria-hidden className="mt-1 h-1 overflow-hidden rounded-full bg-sunken">
        <div
          data-fill
          className="h-full origin-left bg-accent rtl:origin-right"
          style={{ transform: `scaleX(${share})` }}
        />
      </div>
    </>
  );
}
