"use client";

import { useEffect } from "react";
import type { AlbumLink } from "@/lib/albums/contract";
import { setAlbumHere } from "../../../_uploads/album-here";

/** While this is on the page, what is chosen, dropped or pasted goes into the album. */
export function AlbumHere({ id, name }: AlbumLink) {
  useEffect(() => {
    setAlbumHere({ id, name });
    return () => setAlbumHere(null);
  }, [id, name]);
  return null;
}
