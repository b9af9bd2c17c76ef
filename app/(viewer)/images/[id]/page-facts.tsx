"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import type { ImageWithAlbums } from "@/lib/images/contract";
import { useFactChanges } from "../../_facts/fact-changes";
import { Facts } from "../../_facts/facts";

/** The facts of the page's own picture: what changes asks the server for the page anew, whose title it is. */
export function PageFacts({ image }: { image: ImageWithAlbums }) {
  const router = useRouter();
  const changes = useFactChanges();
  const known = useRef(changes);
  useEffect(() => {
    if (known.current === changes) return;
    known.current = changes;
    router.refresh();
  }, [changes, router]);
  return <Facts image={image} isPage onChange={() => router.refresh()} />;
}
