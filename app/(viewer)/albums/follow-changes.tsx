"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { useGalleryChanges } from "../gallery-changes";

/** Asks for the page again where pictures or albums have changed in this tab: counts and covers may be others. */
export function FollowChanges() {
  const router = useRouter();
  const { removed, version } = useGalleryChanges();
  const now = `${version} ${removed.size}`;
  const known = useRef(now);
  useEffect(() => {
    if (known.current === now) return;
    known.current = now;
    router.refresh();
  }, [now, router]);
  return null;
}
