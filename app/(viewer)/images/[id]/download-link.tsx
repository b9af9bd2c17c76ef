"use client";

import type { MouseEvent, ReactNode } from "react";
import { expiryOf } from "@/lib/storage/contract";
import { fetchFreshUrls, useFreshUrl, useKeptFresh } from "../../../_ui/fresh-urls";
import { quietButton } from "../../../_ui/styles";

/** Its URL is kept fresh; where it ran out while this device slept, a click asks for another first. */
export function DownloadLink(props: { id: string; url: string; children: ReactNode }) {
  const { id, url, children } = props;
  const href = useFreshUrl(id, "downloadUrl", url);
  useKeptFresh(id, href);
  const onClick = async (event: MouseEvent) => {
    if ((expiryOf(href) ?? Number.POSITIVE_INFINITY) > Date.now()) return;
    event.preventDefault();
    window.location.assign((await fetchFreshUrls(id))?.downloadUrl ?? href);
  };
  return (
    <a href={href} className={quietButton} download onClick={onClick}>
      {children}
    </a>
  );
}
