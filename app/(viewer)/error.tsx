"use client";

import { useTexts } from "../_texts/provider";
import { Notice } from "../_ui/notice";
import { PageFailure } from "../_ui/page-failure";

/** Within the frame: what is being sent goes on. */
export default function ErrorPage(props: { error: Error & { digest?: string }; reset: () => void }) {
  const texts = useTexts("frame");
  return (
    <Notice title={texts("pageFailed")}>
      <PageFailure {...props} />
    </Notice>
  );
}
