"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useRef } from "react";
import type { ImageWithAlbums } from "@/lib/images/contract";
import { useFactChanges } from "../../_facts/fact-changes";
import { Facts } from "../../_facts/facts";
import { takesTitleFocus } from "./title-focus";

/** The facts of the page's own picture: what changes asks the server for the page anew, whose title it is. */
export function PageFacts({ image, actions }: { image: ImageWithAlbums; actions: ReactNode }) {
  const router = useRouter();
  const changes = useFactChanges();
  const known = useRef(changes);
  useEffect(() => {
    if (known.current === changes) return;
    known.current = changes;
    router.refresh();
  }, [changes, router]);
  useEffect(() => {
    if (takesTitleFocus(image.id)) document.querySelector<HTMLElement>("main h1")?.focus();
  }, [image.id]);
  return <Facts image={image} isPage actions={actions} onChange={() => router.refresh()} />;
}
