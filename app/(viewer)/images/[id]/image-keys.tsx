"use client";

import type { Route } from "next";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { isTyping } from "../../../_ui/is-typing";

interface Ways {
  newer: Route | null;
  older: Route | null;
  back: Route;
}

/** Left and right arrow to the picture beside, Escape back to all of them. */
export function ImageKeys({ newer, older, back }: Ways) {
  const router = useRouter();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      if (event.key === "ArrowLeft" && newer !== null) router.push(newer);
      if (event.key === "ArrowRight" && older !== null) router.push(older);
      if (event.key === "Escape") router.push(back);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [router, newer, older, back]);
  return null;
}
