"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { useTexts } from "../../../_texts/provider";
import { useGalleryChanges } from "../../gallery-changes";

/** How many pictures the album has; asks again where one is deleted in it, or brought back. */
export function Count({ count }: { count: number }) {
  const texts = useTexts("albums");
  const router = useRouter();
  const removed = useGalleryChanges().removed.size;
  const known = useRef(removed);
  useEffect(() => {
    if (known.current === removed) return;
    known.current = removed;
    router.refresh();
  }, [removed, router]);
  return <p className="text-sm text-quiet">{texts("count", { count })}</p>;
}
