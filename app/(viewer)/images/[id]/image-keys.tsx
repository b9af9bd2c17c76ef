"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Left and right arrow to the picture beside, Escape back to all of them. */
export function ImageKeys({ newer, older }: { newer: string | null; older: string | null }) {
  const router = useRouter();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      if (event.key === "ArrowLeft" && newer !== null) router.push(`/images/${newer}`);
      if (event.key === "ArrowRight" && older !== null) router.push(`/images/${older}`);
      if (event.key === "Escape") router.push("/");
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [router, newer, older]);
  return null;
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
