"use client";

import type { ReactNode } from "react";
import { quietButton } from "../../../_ui/styles";
import { useDownload } from "../../../_ui/use-download";

export function DownloadLink(props: { id: string; url: string; children: ReactNode }) {
  const { id, url, children } = props;
  return (
    <a {...useDownload(id, url)} className={quietButton} download>
      {children}
    </a>
  );
}
