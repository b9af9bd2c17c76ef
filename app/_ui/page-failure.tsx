"use client";

import { useTexts } from "../_texts/provider";
import { Notice } from "./notice";
import { primaryButton } from "./styles";

export interface PageFailureProps {
  error: Error & { digest?: string };
  reset: () => void;
}

/** Why a page is not there, as far as it may be told, and another try. */
export function PageFailure({ error, reset }: PageFailureProps) {
  const texts = useTexts("frame");
  return (
    <Notice title={texts("pageFailed")}>
      <p className="text-quiet">
        {error.digest ? texts("pageFailedHintDigest", { digest: error.digest }) : texts("pageFailedHint")}
      </p>
      <button type="button" className={primaryButton} onClick={reset}>
        {texts("tryAgain")}
      </button>
    </Notice>
  );
}
