"use client";

import { useRouter } from "next/navigation";
import { Activity, lazy, Suspense, useEffect, useRef, useState } from "react";
import { useGalleryChanges } from "./gallery-changes";
import { loadGallery } from "./late-parts";
import type { GalleryProps } from "./live-gallery";

const LiveGallery = lazy(loadGallery);

/**
 * The pictures as the server has rendered them, at once; what makes them live comes after the page's first script. Until then
 * they are links.
 */
export function Gallery(props: GalleryProps) {
  const { first, empty, takesAdded } = props;
  const { added, version } = useGalleryChanges();
  const router = useRouter();
  const isEmpty = first.first.length === 0 && !(takesAdded && added.size > 0);
  const [beganEmpty] = useState(isEmpty);
  const [hadPictures, setHadPictures] = useState(!isEmpty);
  if (!isEmpty && !hadPictures) setHadPictures(true);
  useEffect(() => {
    // Should it not come, it is asked for again until it does.
    if (!beganEmpty) void loadGallery();
  }, [beganEmpty]);

  const known = useRef(version);
  useEffect(() => {
    if (known.current === version) return;
    known.current = version;
    // Live pictures ask for what has changed themselves.
    if (!hadPictures) router.refresh();
  }, [version, hadPictures, router]);

  if (!hadPictures) return empty;
  const gallery = <LiveGallery {...props} />;
  // What is in an Activity stays as its HTML until its script is there. A Suspense would not: what is so long, the server sends
  // hidden, for a script to show.
  return beganEmpty ? <Suspense fallback={empty}>{gallery}</Suspense> : <Activity>{gallery}</Activity>;
}
